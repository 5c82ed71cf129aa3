"""Imports the public names of a package on first access (PEP 562)."""

import importlib
import sys
from collections.abc import Callable, Mapping


def names(package: str, homes: Mapping[str, str]) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """Return `__getattr__` and `__dir__` for a package; `homes` maps each public name to the module that defines it."""
    held = vars(sys.modules[package])

    def load(name: str) -> object:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        held[name] = found = getattr(importlib.import_module(f"{package}.{homes[name]}"), name)
        return found

    def list_all() -> list[str]:
        return sorted({*held, *homes})

    return load, list_all
