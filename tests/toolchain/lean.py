"""Lets the language host have Pulumi's messages without Pulumi: importing this is all there is to do.

`pulumi.runtime.proto` is generated, and needs nothing of the SDK; but to import it is to import `pulumi` and
`pulumi.runtime`, which takes twice as long as all the rest of the host's start. The CLI starts the host up to twice a
command, and the official one, which is written in Go, has no SDK in it either. So the three packages are put in place
here without running what is in them. Import it before anything of `pulumi`.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

PACKAGES = ("pulumi", "pulumi.runtime", "pulumi.runtime.proto")


def put_in_place() -> None:
    """Make each package findable, and empty."""
    found = importlib.util.find_spec("pulumi")
    if found is None or found.origin is None:
        raise ImportError("this Python has no pulumi")
    site = Path(found.origin).parent.parent
    for name in PACKAGES:
        package = ModuleType(name)
        package.__path__ = [str(site.joinpath(*name.split(".")))]
        sys.modules[name] = package


put_in_place()
