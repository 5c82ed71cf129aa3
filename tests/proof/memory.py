"""The memory of a stack's provider process as the kernel reports it, sampled while the process runs."""

import contextlib
import re
import threading
from dataclasses import dataclass, field

from harness.processes import find_by_environ, read_proc

EVERY_SECONDS = 2.0

FEWEST_SAMPLES = 240
"""The fewest samples for a verdict: eight minutes.

In a shorter run the allocator still grows to the size that each kind of fault takes once. A unit test shows that no
query leaves objects behind.
"""

_LINE = re.compile(r"^(Rss|Pss):\s+(\d+) kB", re.MULTILINE)


@dataclass
class Samples:
    """The samples, in MB, in order.

    Attributes:
        rss: The resident memory, including shared pages.
        pss: The same, with each shared page divided by the number of its users.
    """

    rss: list[float] = field(default_factory=list)
    pss: list[float] = field(default_factory=list)

    @property
    def can_be_judged(self) -> bool:
        """Whether there are enough samples to judge the growth."""
        return len(self.rss) >= FEWEST_SAMPLES

    @property
    def growth(self) -> float:
        """The relative growth of the minimum resident memory in the second half: its last third against its first.

        A body that is being read adds up to 1 MiB, in several copies, for a moment; a leak raises the minimum too.
        Returns 0 if there are too few samples.
        """
        half = self.rss[len(self.rss) // 2 :]
        third = len(half) // 3
        return min(half[-third:]) / min(half[:third]) - 1 if third else 0.0


def providers(home: str) -> list[int]:
    """Find the provider processes whose home is this folder."""
    return [pid for pid, line in find_by_environ("HOME", home).items() if "pulumi.dynamic" in line]


class Sampler:
    """A context manager that samples a stack's provider until it exits."""

    def __init__(self, home: str) -> None:
        """Sample the provider with this home."""
        self.samples = Samples()
        self._home = home
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        pids: list[int] = []
        while not self._stopped.wait(EVERY_SECONDS):
            pids = pids or providers(self._home)
            for pid in pids[:1]:
                found = dict(_LINE.findall(read_proc(pid, "smaps_rollup").decode()))
                with contextlib.suppress(KeyError):
                    self.samples.rss.append(int(found["Rss"]) / 1024)
                    self.samples.pss.append(int(found["Pss"]) / 1024)

    def __enter__(self) -> Samples:
        """Start sampling."""
        self._thread.start()
        return self.samples

    def __exit__(self, *_: object) -> None:
        """Stop sampling."""
        self._stopped.set()
        self._thread.join()
