"""A command in a pseudo-terminal: its output, with times."""

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
    """The output of one write, and the seconds since the start."""

    seconds: float
    data: bytes


@dataclass(frozen=True)
class Session:
    """All output of a command, in order, and its exit code."""

    exit_code: int
    written: Sequence[Written]


def run(words: Sequence[str], folder: Path, environ: Mapping[str, str], *, columns: int, rows: int) -> Session:
    """Run a command to its end in a terminal of this size, without input.

    Args:
        words: The command.
        folder: Where it runs.
        environ: Its environment; the terminal's own `TERM` is added.
        columns: The terminal's width, in characters.
        rows: The terminal's height, in lines.
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
    """Read the available output; nothing once the last process in the terminal has exited (Linux raises an error)."""
    try:
        return os.read(descriptor, READ_BYTES)
    except OSError:
        return b""
