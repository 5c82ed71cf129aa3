"""The rows that a benchmark yields, and their table."""

import os
import platform
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

VERSIONS = ("pulumi", "tencentcloud-sdk-python-common", "msgspec", "pulumi-tcsql-check")
"""The distributions whose versions are printed with the figures."""


class Row(NamedTuple):
    """One figure, and its limit.

    Attributes:
        what: What was measured, in words.
        measured: The figure, in `unit`.
        most: The limit, in the same unit; None if there is none.
        unit: The unit of both, such as "ms".
    """

    what: str
    measured: float
    most: float | None
    unit: str

    @property
    def kept(self) -> bool:
        """Whether the figure is within its limit, if it has one."""
        return self.most is None or self.measured <= self.most

    def __str__(self) -> str:
        """Format it as a row of the table."""
        promised = (
            " | " if self.most is None else f"at most {self.most:g} {self.unit} | {'yes' if self.kept else '**no**'}"
        )
        return f"| {self.what} | {f'{self.measured:.4g} {self.unit}'.strip()} | {promised} |"


HEAD = "| what | measured | promised | kept |\n| --- | --- | --- | --- |"


def is_busy() -> bool:
    """Return whether other load on the machine makes wall times unreliable."""
    return os.getloadavg()[0] > (os.cpu_count() or 1) / 2


def machine() -> str:
    """Describe the machine, and whether it was busy."""
    load = f"{'**busy**, ' if is_busy() else ''}load {os.getloadavg()[0]:.1f}"
    return f"{_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}, {load}"


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def versions() -> str:
    """Return the versions of the measured software."""
    installed = (f"{name} {metadata.version(name)}" for name in VERSIONS)
    return ", ".join([f"Python {platform.python_version()}", *installed])


def all_kept(rows: Iterable[Row]) -> bool:
    """Print each row as soon as it is measured; return whether all are within their limits."""
    kept = True
    for row in rows:
        print(row, flush=True)
        kept &= row.kept
    return kept
