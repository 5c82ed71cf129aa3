"""Give the language host Pulumi's messages without Pulumi; importing this module does it.

`pulumi.runtime.proto` is generated, and needs nothing else of the SDK. But its import also imports `pulumi` and
`pulumi.runtime`, which takes twice as long as the rest of the host's start. The CLI starts the host up to twice a
command, and the official host, which is written in Go, doesn't load the SDK either. So this module registers the three
packages without running their code. Import it before any module of `pulumi`.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

PACKAGES = ("pulumi", "pulumi.runtime", "pulumi.runtime.proto")


def put_in_place() -> None:
    """Register each package as an empty module with a path."""
    found = importlib.util.find_spec("pulumi")
    if found is None or found.origin is None:
        raise ImportError("this Python has no pulumi")
    site = Path(found.origin).parent.parent
    for name in PACKAGES:
        package = ModuleType(name)
        package.__path__ = [str(site.joinpath(*name.split(".")))]
        sys.modules[name] = package


put_in_place()
