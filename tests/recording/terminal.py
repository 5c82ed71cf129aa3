"""A command in a pseudo-terminal: all that it writes there, and when."""

import fcntl
import os
import pty
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

READ_BYTES = 65536


@dataclass(frozen=True)
class Written:
    """What was written at once, and how many seconds after the start."""

    seconds: float
    data: bytes


@dataclass(frozen=True)
class Session:
    """All that a command wrote, in order, and the exit code it ended with."""

    exit_code: int
    written: Sequence[Written]


def run(words: Sequence[str], folder: Path, environ: Mapping[str, str], *, columns: int, rows: int) -> Session:
    """Run a command in a terminal of that size to its end, with nobody at the keyboard.

    Args:
        words: The command.
        folder: Where it runs.
        environ: Its environment; the terminal's own `TERM` is added.
        columns: How wide the terminal is, in characters.
        rows: How high it is, in lines.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    began = time.monotonic()
    with subprocess.Popen(
        words,
        cwd=folder,
        env={**environ, "TERM": "xterm-256color"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    ) as process:
        os.close(theirs)
        written = []
        while data := _read(ours):
            written.append(Written(time.monotonic() - began, data))
    os.close(ours)
    return Session(process.returncode, written)


def _read(descriptor: int) -> bytes:
    """Read what there is; nothing once the last process in the terminal has ended, which Linux tells with an error."""
    try:
        return os.read(descriptor, READ_BYTES)
    except OSError:
        return b""
