"""Runs Pulumi's CLI so that it can be interrupted: the Automation API has no way to (pulumi/pulumi#9103)."""

import os
import signal
import subprocess
from collections.abc import Callable, Mapping
from types import FrameType

from pulumi.automation import CommandResult, PulumiCommand
from pulumi.automation.errors import create_command_error

INTERRUPTS = (signal.SIGINT, signal.SIGTERM)
"""What a terminal sends on Ctrl-C, and what pipelines send on a cancel."""


class InterruptibleCommand(PulumiCommand):
    """The CLI in a session of its own, so that each interrupt reaches it exactly once.

    In a terminal Ctrl-C would reach it as well as this process, while a pipeline's runner interrupts this process
    alone. And a second interrupt is another thing than the first: it kills the providers.
    """

    was_interrupted = False
    _process: "subprocess.Popen[str] | None" = None

    def heed_signals(self) -> None:
        """Pass interrupts on to the CLI from now on; to be called in the main thread."""
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
        """Run a command of the CLI, as the Automation API asks for it.

        Raises:
            CommandError: It failed, or there was an interrupt before it began.
        """
        del on_output, on_error  # whoever calls this reads the engine's events
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
        if self.was_interrupted:  # between the lines
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
        """Do as a terminal does on Ctrl-C: interrupt the CLI and all that it started."""
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGINT)
