"""Processes found by an inherited environment variable, and the memory and processor time that they have used."""

import os
from pathlib import Path

from harness.stack import Stack

DYNAMIC, PLUGIN = "pulumi.dynamic", "pulumi-resource-tcsql-check"
"""What the command lines of Pulumi's host for dynamic providers and of the provider plugin contain."""


def find_by_environ(variable: str, value: str) -> dict[int, str]:
    """Find the other processes whose environment has this variable; return each pid with its command line."""
    mark = f"{variable}={value}".encode()
    pids = [int(folder.name) for folder in Path("/proc").glob("[0-9]*") if int(folder.name) != os.getpid()]
    found = {pid: read_proc(pid, "cmdline") for pid in pids if mark in read_proc(pid, "environ").split(b"\0")}
    return {pid: line.replace(b"\0", b" ").decode(errors="replace").strip() for pid, line in found.items()}


def provider_pids(stack: Stack, words: str = DYNAMIC) -> list[int]:
    """Find the provider processes of a stack that run now, by words of their command line."""
    found = find_by_environ("PULUMI_HOME", stack.environ["PULUMI_HOME"])
    return [pid for pid, line in found.items() if words in line]


def peak_memory_of_providers(stack: Stack, words: str = DYNAMIC) -> int:
    """Return the largest peak, in bytes, of a stack's running provider processes; 0 if none runs."""
    return max(map(peak_memory, provider_pids(stack, words)), default=0)


def peak_memory(pid: int) -> int:
    """Return the peak memory of a process, in bytes; 0 if it has ended."""
    lines = (line.split() for line in read_proc(pid, "status").splitlines())
    return next((int(words[1]) * 1024 for words in lines if words and words[0] == b"VmHWM:"), 0)


def cpu_seconds(pid: int) -> float:
    """Return the processor time of a process, in seconds; 0 if it has ended."""
    words = read_proc(pid, "stat").rpartition(b")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK") if words else 0.0


def read_proc(pid: int, name: str) -> bytes:
    """Read a file of the kernel about a process; empty if the process has ended."""
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""
