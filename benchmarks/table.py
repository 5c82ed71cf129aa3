"""What a benchmark hands back, and the table that it is printed as."""

import os
import platform
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

VERSIONS = ("pulumi", "tencentcloud-sdk-python-common", "msgspec", "pulumi-tcsql-check")
"""The distributions whose versions stand beside every figure."""


class Row(NamedTuple):
    """One figure, and the promise that it is held against.

    Attributes:
        what: What was measured, in words.
        measured: The figure, in `unit`.
        most: The most that it may be, in the same unit; None where nothing is promised.
        unit: What both are counted in, such as "ms".
    """

    what: str
    measured: float
    most: float | None
    unit: str

    @property
    def kept(self) -> bool:
        """Whether the promise is kept, where there is one."""
        return self.most is None or self.measured <= self.most

    def __str__(self) -> str:
        """Write it as a row of the table."""
        promised = (
            " | " if self.most is None else f"at most {self.most:g} {self.unit} | {'yes' if self.kept else '**no**'}"
        )
        return f"| {self.what} | {f'{self.measured:.4g} {self.unit}'.strip()} | {promised} |"


HEAD = "| what | measured | promised | kept |\n| --- | --- | --- | --- |"


def is_busy() -> bool:
    """Tell whether the machine has so much else to do that a clock shows more than the work took."""
    return os.getloadavg()[0] > (os.cpu_count() or 1) / 2


def machine() -> str:
    """Describe what the figures were measured on, and whether it had anything else to do."""
    load = f"{'**busy**, ' if is_busy() else ''}load {os.getloadavg()[0]:.1f}"
    return f"{_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}, {load}"


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def versions() -> str:
    """Name the versions that the figures were measured with."""
    installed = (f"{name} {metadata.version(name)}" for name in VERSIONS)
    return ", ".join([f"Python {platform.python_version()}", *installed])


def all_kept(rows: Iterable[Row]) -> bool:
    """Print each row as soon as it is there, and tell whether every promise was kept."""
    kept = True
    for row in rows:
        print(row, flush=True)
        kept &= row.kept
    return kept
