"""How much memory a provider process has taken at most."""

from pathlib import Path

from harness.processes import carrying
from harness.stack import Stack


def peak_of_providers(stack: Stack) -> int:
    """Return the largest peak, in bytes, of the provider processes of a stack that run now; 0 if none does."""
    found = carrying("PULUMI_HOME", stack.environ["PULUMI_HOME"])
    return max((_peak(pid) for pid, line in found.items() if "pulumi.dynamic" in line), default=0)


def _peak(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return 0
    lines = (line.split() for line in status.splitlines())
    return next((int(words[1]) * 1024 for words in lines if words and words[0] == "VmHWM:"), 0)
