"""A dynamic resource that is one JSON file, in place of a DNS record, a secret or a setting.

Each guide that needs it has a copy, so that its folder is a whole project.
"""

import json
from pathlib import Path
from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, Resource, ResourceProvider, UpdateResult


class RecordProvider(ResourceProvider):
    """Writes, rewrites and removes the file."""

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Write the file; its path is the resource's id."""
        path = Path(props["folder"], f"{props['key']}.json")
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, props)
        return CreateResult(str(path), props)

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """See whether the content changes, or the file is another one."""
        moved = [name for name in ("folder", "key") if _olds[name] != _news[name]]
        return DiffResult(changes=bool(moved) or _olds["value"] != _news["value"], replaces=moved)

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Rewrite the file."""
        _write(Path(_id), _news)
        return UpdateResult(_news)

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Remove the file."""
        Path(_id).unlink(missing_ok=True)


def _write(path: Path, props: dict[str, Any]) -> None:
    path.write_text(json.dumps({props["key"]: props["value"]}) + "\n", encoding="utf-8")


class Record(Resource, module="cutover", name="Record"):
    """One record, in a file `FOLDER/KEY.json`."""

    folder: pulumi.Output[str]

    def __init__(
        self,
        key: str,
        folder: pulumi.Input[str],
        value: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the record."""
        super().__init__(RecordProvider(), key, {"key": key, "folder": folder, "value": value}, opts)
