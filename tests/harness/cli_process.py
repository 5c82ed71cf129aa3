"""The command `tcsql-check` as a process, with pipes or with its own terminal."""

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
"""The bound of a step whose duration isn't tested."""

PROGRAM = str(Path(sys.executable).parent / "tcsql-check")

_KEPT = ("PATH", "LANG", "LC_ALL", "COVERAGE_PROCESS_CONFIG", "COVERAGE_PROCESS_START", "TCSQL_CHECK_TEST_RUN")


def environ(home: Path, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Make an environment with the emulator's keys, a region, and nothing else of the user's."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    keys = {"TENCENTCLOUD_SECRET_ID": DUMMY_SECRET_ID, "TENCENTCLOUD_SECRET_KEY": DUMMY_SECRET_KEY}
    return kept | keys | {"HOME": str(home), "TENCENTCLOUD_REGION": "ap-guangzhou", **(more or {})}


class CliProcess:
    """A running `tcsql-check`.

    Attributes:
        process: The process.
        screen: The output so far, of its terminal or of both pipes, with all escape sequences.
    """

    def __init__(self, process: "subprocess.Popen[bytes]", reads: int) -> None:
        """Wrap a process, and the file descriptor of its output."""
        self.process = process
        self.screen = ""
        self._reads = reads

    def read(self, until: str | None = None) -> None:
        """Read until a text is on the screen, or to the end."""
        deadline = time.monotonic() + SECONDS
        while until is None or until not in self.screen:
            ready, _, _ = select.select([self._reads], [], [], max(0.0, deadline - time.monotonic()))
            assert ready, self.screen
            octets = b""
            with contextlib.suppress(OSError):  # the terminal's last process has exited
                octets = os.read(self._reads, 1 << 16)
            if not octets:
                assert until is None, self.screen
                return
            self.screen += octets.decode()

    def end_by_signal(self, number: int) -> float:
        """Send a signal, wait for the exit, and return how long it took, in seconds."""
        began = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(SECONDS)
        took = time.monotonic() - began
        self.read()
        return took


@contextmanager
def started(
    words: Sequence[str], environment: Mapping[str, str], *, terminal: tuple[int, int] | None = None
) -> Iterator[CliProcess]:
    """Start the command, and kill it at the end of the block; `terminal` is its columns and lines, None gives pipes."""
    reads, writes = pty.openpty() if terminal else os.pipe()
    if terminal:
        fcntl.ioctl(writes, termios.TIOCSWINSZ, struct.pack("HHHH", terminal[1], terminal[0], 0, 0))
    with subprocess.Popen(
        [PROGRAM, *words], env=environment, stdin=subprocess.DEVNULL, stdout=writes, stderr=writes
    ) as process:
        os.close(writes)
        try:
            yield CliProcess(process, reads)
        finally:
            process.kill()
            os.close(reads)


def wait_for(condition: Callable[[], bool], seconds: float = SECONDS) -> None:
    """Wait until a condition is true, or fail."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def run(
    words: Sequence[str], environment: Mapping[str, str], *, stdout: int | IO[bytes] = subprocess.PIPE
) -> "subprocess.CompletedProcess[str]":
    """Run the command to its end; capture its stderr, and its stdout unless that goes elsewhere."""
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
