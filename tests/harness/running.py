"""A command of the CLI while it runs: what it has printed so far and when, and how it ends when it is told to."""

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

from harness.processes import carrying
from harness.stack import Stack

BOUND_SECONDS = 60.0
POLL_SECONDS = 0.02


@dataclass(frozen=True)
class Ended:
    """How a command ended; instants are on the monotonic clock, and `left` are the processes that outlived it."""

    exit_code: int
    screen: str
    ended_at: float
    left: dict[int, str]


@dataclass
class Running:
    """A command in a process group of its own; what it leaves behind is killed at the end of the `with` block."""

    stack: Stack
    words: tuple[str, ...]
    lines: list[tuple[float, str]] = field(default_factory=list)

    def __enter__(self) -> Self:
        """Start it, and read along."""
        self.process = self.stack.start(*self.words)
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End all that is left of it."""
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
        """What is on the screen by now."""
        return "".join(line for _, line in self.lines)

    def until(self, condition: Callable[[], bool], seconds: float = BOUND_SECONDS) -> float:
        """Wait for a condition, and return when it was met."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, self.screen
            time.sleep(POLL_SECONDS)
        return time.monotonic()

    def when(self, text: str) -> float:
        """Return when a text came onto the screen, or wait for it."""
        self.until(lambda: text in self.screen)
        return next(instant for instant, line in self.lines if text in line)

    def tell(self, number: signal.Signals, *, group: bool) -> float:
        """Send the CLI a signal, alone or with its group as a terminal does, and return the instant."""
        began = time.monotonic()
        if group:
            os.killpg(self.process.pid, number)
        else:
            self.process.send_signal(number)
        return began

    def end(self) -> Ended:
        """Wait for its end."""
        self.process.wait(BOUND_SECONDS)
        ended_at = time.monotonic()
        self._reader.join(BOUND_SECONDS)
        return Ended(self.process.returncode, self.screen, ended_at, self.processes())

    def processes(self) -> dict[int, str]:
        """Find all that works on this stack: the CLI, the program, and the hosts."""
        return carrying("PULUMI_HOME", self.stack.environ["PULUMI_HOME"])


def locks(stack: Stack) -> list[str]:
    """List the locks that the stack's backend holds."""
    folder = Path(stack.environ["PULUMI_BACKEND_URL"].removeprefix("file://"), ".pulumi", "locks")
    return [path.name for path in folder.rglob("*") if path.is_file()]
