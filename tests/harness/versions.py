"""A program in versions, with records behind its gate, and the update that must change none of them."""

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from harness.sandbox import error_messages
from harness.stack import STACK, Result, Stack
from harness.ways import PLAN

PASSED, FAILED, SLOW = 1, 2, 4
"""The migrations of `data/scenarios/by-id.json` whose checks have these ends; the last one passes after a second."""


class Version(NamedTuple):
    """A version of a program.

    Attributes:
        number: 1 or 2, of which the second has other records.
        migrate_id: The migration of the gate.
        run: The trigger of the start, if the program has one.
    """

    number: int
    migrate_id: int
    run: str = ""


@dataclass(frozen=True)
class VersionedStack:
    """A stack, and the function that writes a version of its program."""

    stack: Stack
    write: Callable[[Stack, Version], None]

    def copy(self, workdir: Path) -> "VersionedStack":
        """Copy the whole folder; its path is new to the CLI, so the stack must be selected."""
        shutil.copytree(self.stack.project.parent, workdir, symlinks=True)
        environ = {"PULUMI_STACK": STACK, "PATH": self.stack.environ["PATH"]}
        environ["PULUMI_NODEJS_TRANSPILE_ONLY"] = "true"  # the first update has checked the types
        return replace(self, stack=Stack(workdir / "project", workdir, environ))

    def set(self, version: Version) -> None:
        """Set the program's version."""
        self.write(self.stack, version)

    @property
    def files(self) -> dict[str, str]:
        """All records, by their paths."""
        return files(self.stack)

    def refused(self, version: Version, flags: Sequence[str], error: str, planned: Version) -> Result:
        """Update to a version, which must fail with this error and change no record; `planned` is that of a plan."""
        before = self.files
        if PLAN in flags:
            self.set(planned)
            assert self.stack.run("preview", "--save-plan", PLAN).exit_code == 0
        self.set(version)
        result = self.stack.run("up", "--yes", *flags)
        assert self.files == before, result.screen
        assert result.exit_code != 0
        assert any(error in one for one in error_messages(result)), result.screen
        return result

    def passes(self, version: Version) -> None:
        """Update to the second version, which must pass and change every record of the first one."""
        before = self.files
        self.set(version)
        result = self.stack.up()
        assert result.exit_code == 0, result.screen
        assert set(self.files) == {path.replace("removed.", "created.").replace("old/", "new/") for path in before}
        assert all("old" not in text for text in self.files.values())


def files(stack: Stack) -> dict[str, str]:
    """Return all records, by their paths."""
    folder = stack.project / "records"
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in folder.rglob("*.json")}


def write_version(stack: Stack, version: Version, **more: Any) -> None:  # noqa: ANN401  # values of JSON
    """Write the file that tells a program its version, and more about it."""
    text = json.dumps({**version._asdict(), **more})
    (stack.project / "version.json").write_text(text, encoding="utf-8")
