"""Run Pulumi's CLI so that it can be interrupted; the Automation API can't do this (pulumi/pulumi#9103)."""

import os
import signal
import subprocess
from collections.abc import Callable, Mapping
from types import FrameType

from pulumi.automation import CommandResult, PulumiCommand
from pulumi.automation.errors import create_command_error

INTERRUPTS = (signal.SIGINT, signal.SIGTERM)
"""SIGINT is what a terminal sends on Ctrl-C, SIGTERM what a pipeline sends on cancel."""


class InterruptibleCommand(PulumiCommand):
    """The CLI in a session of its own, so that each interrupt reaches it exactly once.

    In a terminal Ctrl-C would reach both the CLI and this process; a pipeline's runner interrupts this process alone. A
    second interrupt has another effect than the first: it kills the providers.
    """

    was_interrupted = False
    _process: "subprocess.Popen[str] | None" = None

    def heed_signals(self) -> None:
        """Pass interrupts on to the CLI from now on; call this in the main thread."""
        for number in INTERRUPTS:
            signal.signal(number, self._interrupt)

    def run(
        self,
        args: list[str],
        cwd: str,
        additional_env: Mapping[str, str],
        on_output: Callable[[str], object] | None = None,
        on_error: Callable[[str], object] | None = None,
    ) -> CommandResult:
        """Run a command of the CLI for the Automation API.

        Raises:
            CommandError: It failed, or was interrupted before it started.
        """
        del on_output, on_error  # the caller reads the engine's events instead
        if self.was_interrupted:
            raise create_command_error(CommandResult(stdout="", stderr="interrupted", code=-signal.SIGINT))
        process = self._process = subprocess.Popen(
            [self.command, "--non-interactive", *args],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=cwd,
            env={**os.environ, **additional_env, "PULUMI_AUTOMATION_API": "true"},
            encoding="utf-8",
            start_new_session=True,
        )
        if self.was_interrupted:  # interrupted between the check above and the start
            self._pass_on()
        stdout, stderr = process.communicate()
        self._process = None
        result = CommandResult(stdout=stdout, stderr=stderr, code=process.returncode)
        if result.code != 0:
            raise create_command_error(result)
        return result

    def _interrupt(self, _number: int, _frame: FrameType | None) -> None:
        self.was_interrupted = True
        self._pass_on()

    def _pass_on(self) -> None:
        """Interrupt the CLI and everything that it started, as a terminal does on Ctrl-C."""
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGINT)
