"""What the kernel says about the memory of a stack's provider process, sampled while it lives."""

import contextlib
import re
import threading
from dataclasses import dataclass, field

from harness.processes import find_by_environ, read_proc

EVERY_SECONDS = 2.0

_LINE = re.compile(r"^(Rss|Pss):\s+(\d+) kB", re.MULTILINE)


@dataclass
class Samples:
    """What was seen, in MB, in order.

    Attributes:
        rss: What is resident, shared pages included.
        pss: The same, with each shared page divided by the number of its users.
    """

    rss: list[float] = field(default_factory=list)
    pss: list[float] = field(default_factory=list)

    @property
    def growth(self) -> float:
        """By which share the floor of the resident memory rose over the second half: its last third against its first.

        The floor, since a body that is read just then comes on top: up to 1 MiB of it, in several copies. What leaks
        lifts the floor as well. 0 where there are too few samples to say.
        """
        half = self.rss[len(self.rss) // 2 :]
        third = len(half) // 3
        return min(half[-third:]) / min(half[:third]) - 1 if third else 0.0


def providers(home: str) -> list[int]:
    """Find the provider processes whose home is this folder."""
    return [pid for pid, line in find_by_environ("HOME", home).items() if "pulumi.dynamic" in line]


class Sampler:
    """Samples a stack's provider until it is stopped; to be used in a `with` statement."""

    def __init__(self, home: str) -> None:
        """Take the stack's home."""
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
        """Begin."""
        self._thread.start()
        return self.samples

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self._stopped.set()
        self._thread.join()
