"""The command `tcsql-check` as a process, with pipes or on a terminal of its own; told to end by its own pid."""

import contextlib
import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from pulumi_tcsql_check.emulator import DUMMY_SECRET_ID, DUMMY_SECRET_KEY

SECONDS = 30.0
"""How long anything may take that is no promise."""

PROGRAM = str(Path(sys.executable).parent / "tcsql-check")

_KEPT = ("PATH", "LANG", "LC_ALL", "COVERAGE_PROCESS_CONFIG", "COVERAGE_PROCESS_START", "TCSQL_CHECK_TEST_RUN")


def environ(home: Path, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Make the environment of a user who has the emulator's keys and a region, and nothing else."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    keys = {"TENCENTCLOUD_SECRET_ID": DUMMY_SECRET_ID, "TENCENTCLOUD_SECRET_KEY": DUMMY_SECRET_KEY}
    return kept | keys | {"HOME": str(home), "TENCENTCLOUD_REGION": "ap-guangzhou", **(more or {})}


class Command:
    """One run of it.

    Attributes:
        process: The process.
        screen: What was on its terminal so far, or on both its pipes, with all escapes.
    """

    def __init__(self, process: "subprocess.Popen[bytes]", reads: int) -> None:
        """Take over a process, and where its output can be read."""
        self.process = process
        self.screen = ""
        self._reads = reads

    def read(self, until: str | None = None) -> None:
        """Read on until something is there, or to the end."""
        deadline = time.monotonic() + SECONDS
        while until is None or until not in self.screen:
            ready, _, _ = select.select([self._reads], [], [], max(0.0, deadline - time.monotonic()))
            assert ready, self.screen
            octets = b""
            with contextlib.suppress(OSError):  # a terminal that its last process has left
                octets = os.read(self._reads, 1 << 16)
            if not octets:
                assert until is None, self.screen
                return
            self.screen += octets.decode()

    def told_to_end(self, number: int) -> float:
        """Send a signal, read to the end, and return how long that took, in seconds."""
        began = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(SECONDS)
        took = time.monotonic() - began
        self.read()
        return took


@contextmanager
def started(
    words: Sequence[str], environment: Mapping[str, str], *, terminal: tuple[int, int] | None = None
) -> Iterator[Command]:
    """Start the command, and end it with the block.

    Args:
        words: Its command line.
        environment: All of its environment.
        terminal: How many columns and lines its terminal has; None gives it pipes.
    """
    reads, writes = pty.openpty() if terminal else os.pipe()
    if terminal:
        fcntl.ioctl(writes, termios.TIOCSWINSZ, struct.pack("HHHH", terminal[1], terminal[0], 0, 0))
    with subprocess.Popen(
        [PROGRAM, *words], env=environment, stdin=subprocess.DEVNULL, stdout=writes, stderr=writes
    ) as process:
        os.close(writes)
        try:
            yield Command(process, reads)
        finally:
            process.kill()
            os.close(reads)


def wait_for(condition: Callable[[], bool], seconds: float = SECONDS) -> None:
    """Wait until something is so, or fail."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def run(
    words: Sequence[str], environment: Mapping[str, str], *, stdout: int | IO[bytes] = subprocess.PIPE
) -> "subprocess.CompletedProcess[str]":
    """Run the command to its end, with a pipe each for what it writes, unless its stdout goes elsewhere."""
    return subprocess.run(
        [PROGRAM, *words],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        timeout=SECONDS,
        check=False,
    )
