"""What a provider process has taken: how much memory at most, and how much of the processor's time."""

import os
from pathlib import Path

from harness.processes import carrying
from harness.stack import Stack


def providers_of(stack: Stack) -> list[int]:
    """Find the provider processes of a stack that run now."""
    found = carrying("PULUMI_HOME", stack.environ["PULUMI_HOME"])
    return [pid for pid, line in found.items() if "pulumi.dynamic" in line]


def peak_of_providers(stack: Stack) -> int:
    """Return the largest peak, in bytes, of the provider processes of a stack that run now; 0 if none does."""
    return max(map(peak_of, providers_of(stack)), default=0)


def peak_of(pid: int) -> int:
    """Return the peak of a process, in bytes; 0 if it has gone."""
    lines = (line.split() for line in _read(pid, "status").splitlines())
    return next((int(words[1]) * 1024 for words in lines if words and words[0] == "VmHWM:"), 0)


def processor_seconds_of(pid: int) -> float:
    """Return the processor's time that a process has had, in seconds; 0 if it has gone."""
    words = _read(pid, "stat").rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK") if words else 0.0


def _read(pid: int, name: str) -> str:
    try:
        return Path(f"/proc/{pid}/{name}").read_text(encoding="utf-8")
    except OSError:
        return ""
