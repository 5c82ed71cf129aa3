"""A running command of the Pulumi CLI: its output with timestamps, signals, and the processes that it leaves behind."""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from harness.processes import find_by_environ
from harness.stack import Stack

BOUND_SECONDS = 60.0
POLL_SECONDS = 0.02


@dataclass(frozen=True)
class PulumiExit:
    """How a command exited; `ended_at` is on the monotonic clock, `left` are the processes that outlived it."""

    exit_code: int
    screen: str
    ended_at: float
    left: dict[int, str]


@dataclass
class PulumiProcess:
    """A command in its own process group; the `with` block kills whatever is left of it."""

    stack: Stack
    words: tuple[str, ...]
    lines: list[tuple[float, str]] = field(default_factory=list)

    def __enter__(self) -> Self:
        """Start the command, and read its output in a thread."""
        self.process = self.stack.start(*self.words)
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Kill what is left of the command."""
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        self._reader.join()
        if self.process.stdout is not None:
            self.process.stdout.close()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append((time.monotonic(), line))

    @property
    def screen(self) -> str:
        """The output so far."""
        return "".join(line for _, line in self.lines)

    def wait_until(self, condition: Callable[[], bool], seconds: float = BOUND_SECONDS) -> float:
        """Wait for a condition, and return the instant when it was met."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, self.screen
            time.sleep(POLL_SECONDS)
        return time.monotonic()

    def wait_for_text(self, text: str) -> float:
        """Wait for a text on the screen, and return the instant when it appeared."""
        self.wait_until(lambda: text in self.screen)
        return next(instant for instant, line in self.lines if text in line)

    def send_signal(self, number: signal.Signals, *, group: bool) -> float:
        """Send a signal to the CLI, or to its whole group as a terminal does; return the instant."""
        began = time.monotonic()
        if group:
            os.killpg(self.process.pid, number)
        else:
            self.process.send_signal(number)
        return began

    def wait_for_exit(self) -> PulumiExit:
        """Wait until the command has exited."""
        self.process.wait(BOUND_SECONDS)
        ended_at = time.monotonic()
        self._reader.join(BOUND_SECONDS)
        return PulumiExit(self.process.returncode, self.screen, ended_at, self.processes())

    def processes(self) -> dict[int, str]:
        """Find the processes of this stack: the CLI, the program, and the hosts."""
        return find_by_environ("PULUMI_HOME", self.stack.environ["PULUMI_HOME"])


def locks(stack: Stack) -> list[str]:
    """List the locks in the stack's backend."""
    folder = Path(stack.environ["PULUMI_BACKEND_URL"].removeprefix("file://"), ".pulumi", "locks")
    return [path.name for path in folder.rglob("*") if path.is_file()]
