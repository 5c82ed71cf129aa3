"""Loads the names of a package when they are asked for (PEP 562)."""

import importlib
import sys
from collections.abc import Callable, Mapping


def names(package: str, homes: Mapping[str, str]) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """Make the `__getattr__` and the `__dir__` of a package.

    Args:
        package: Its name.
        homes: In which of its modules each public name is defined.
    """
    held = vars(sys.modules[package])

    def load(name: str) -> object:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        held[name] = found = getattr(importlib.import_module(f"{package}.{homes[name]}"), name)
        return found

    def list_all() -> list[str]:
        return sorted({*held, *homes})

    return load, list_all
