"""Processes, by what they inherited in their environment: whatever starts them, they can be found again."""

import os
from pathlib import Path


def carrying(variable: str, value: str) -> dict[int, str]:
    """Find the processes whose environment has this variable, but for this one; each pid with its command line."""
    mark = f"{variable}={value}".encode()
    pids = [int(folder.name) for folder in Path("/proc").glob("[0-9]*") if int(folder.name) != os.getpid()]
    found = {pid: _read(pid, "cmdline") for pid in pids if mark in _read(pid, "environ").split(b"\0")}
    return {pid: line.replace(b"\0", b" ").decode(errors="replace").strip() for pid, line in found.items()}


def _read(pid: int, name: str) -> bytes:
    """Read what the kernel says of a process; nothing if it has ended."""
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""
