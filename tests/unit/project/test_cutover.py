"""The guide `cutover`: the resource for a setting, and the application that reads it."""

import sqlite3
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from harness.guide import module
from pulumi.dynamic import ResourceProvider

OLD, NEW, NEWER = "orders-old.example", "orders-new.example", "orders-newer.example"


@pytest.fixture
def application(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Import the application, and let it create its settings in the test's folder."""
    application = module("cutover", "app")
    monkeypatch.setattr(application, "SETTINGS", tmp_path / "app.db")
    application.create_settings()
    return application


@pytest.fixture
def provider() -> ResourceProvider:
    """Create the provider of the setting."""
    provider: ResourceProvider = module("cutover", "app_setting").AppSettingProvider()
    return provider


def row(application: ModuleType, **changed: str) -> dict[str, Any]:
    """Return the inputs of the setting, with the new host unless told otherwise."""
    return {"key": "database_host", "file": str(application.SETTINGS), "value": NEW, "previous": None, **changed}


def test_the_application_begins_on_the_old_database_and_keeps_its_setting(application: ModuleType) -> None:
    """A later start changes nothing."""
    assert application.database_host() == OLD
    with closing(sqlite3.connect(application.SETTINGS)) as database, database:
        database.execute("UPDATE setting SET value = ?", (NEW,))
    application.create_settings()
    assert application.database_host() == NEW


def test_a_deleted_setting_has_the_value_from_before_its_creation(
    application: ModuleType,
    provider: ResourceProvider,
) -> None:
    """An update in between doesn't count."""
    created = provider.create(row(application))
    assert application.database_host() == NEW
    assert created.outs is not None
    updated = provider.update(created.id or "", created.outs, row(application, value=NEWER))
    assert application.database_host() == NEWER
    assert updated.outs is not None
    provider.delete(created.id or "", updated.outs)
    assert application.database_host() == OLD


@pytest.mark.parametrize(
    ("change", "changes", "replaces"),
    [({}, False, []), ({"value": NEWER}, True, []), ({"key": "other"}, True, ["key"]), ({"file": "b"}, True, ["file"])],
)
def test_a_setting_is_replaced_only_by_another_row(
    application: ModuleType,
    provider: ResourceProvider,
    change: dict[str, str],
    changes: bool,
    replaces: list[str],
) -> None:
    """Another value changes the row in place; the previous value in the state is no change."""
    diff = provider.diff("", row(application, previous=OLD), row(application, **change))
    assert (diff.changes, diff.replaces) == (changes, replaces)


def test_a_setting_needs_a_row_that_the_application_has_created(
    application: ModuleType,
    provider: ResourceProvider,
    tmp_path: Path,
) -> None:
    """An unknown key is an error, and a wrong path creates no file."""
    with pytest.raises(KeyError, match="databse_host"):
        provider.create(row(application, key="databse_host"))
    with pytest.raises(sqlite3.OperationalError):
        provider.create(row(application, file=str(tmp_path / "other.db")))
    assert [path.name for path in tmp_path.iterdir()] == ["app.db"]
