"""A row of an application's table of settings, as a Pulumi resource."""

import sqlite3
from contextlib import closing
from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, Resource, ResourceProvider, UpdateResult


class AppSettingProvider(ResourceProvider):
    """Sets the row's value; restores the previous value on deletion."""

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Set the value, and keep the previous one in the state."""
        return CreateResult(props["key"], {**props, "previous": _exchange(props)})

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Return whether the value changes, or the row is another one."""
        moved = [name for name in ("file", "key") if olds[name] != news[name]]
        return DiffResult(changes=bool(moved) or olds["value"] != news["value"], replaces=moved)

    def update(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Set another value; a deletion still restores the first one."""
        _exchange(news)
        return UpdateResult({**news, "previous": olds["previous"]})

    def delete(self, _id: str, props: dict[str, Any]) -> None:
        """Restore the previous value."""
        _exchange({**props, "value": props["previous"]})


def _exchange(props: dict[str, Any]) -> str:
    """Set the row's value, and return the value that it had.

    Raises:
        KeyError: The table has no such row.
        sqlite3.OperationalError: There is no such file or table: the application has never started.
    """
    row = {"key": props["key"], "value": props["value"]}
    with closing(sqlite3.connect(f"file:{props['file']}?mode=rw", uri=True)) as database, database:
        found = database.execute("SELECT value FROM setting WHERE key = :key", row).fetchone()
        if found is None:
            raise KeyError(props["key"])
        database.execute("UPDATE setting SET value = :value WHERE key = :key", row)
    previous: str = found[0]
    return previous


class AppSetting(Resource, module="cutover", name="AppSetting"):
    """One row.

    Attributes:
        previous: The value before this resource was created.
    """

    previous: pulumi.Output[str]

    def __init__(
        self,
        key: str,
        *,
        file: pulumi.Input[str],
        value: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the row by its key, and the file of its database."""
        super().__init__(AppSettingProvider(), key, {"key": key, "file": file, "value": value, "previous": None}, opts)
