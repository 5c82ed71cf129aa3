"""The modules that are loaded permanently, and the garbage collector."""

import gc
from collections.abc import Iterator

import pytest

from pulumi_tcsql_check import preload


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Restore the collector of the tests' own process."""
    yield
    gc.unfreeze()
    gc.enable()


def test_loaded_modules_are_excluded_from_collection() -> None:
    """The collector has frozen them."""
    with preload.loading():
        loaded: list[list[str]] = [[]]
    assert not any(one is loaded for one in gc.get_objects())


def test_nothing_is_collected_during_the_loading() -> None:
    """Any number of allocations triggers no collection."""
    with preload.loading():
        assert not gc.isenabled()


@pytest.mark.parametrize("enabled", [True, False])
def test_the_collector_is_restored_also_if_the_loading_failed(*, enabled: bool) -> None:
    """If it was off, it stays off."""
    gc.enable() if enabled else gc.disable()
    with pytest.raises(ImportError), preload.loading():
        raise ImportError
    assert gc.isenabled() is enabled
