"""The guides' files agree with the code, as far as a test without an engine can compare them."""

import re

import pytest
from harness.guide import EXAMPLES, KEYS, blocks

from pulumi_tcsql_check.emulator import load

GUIDES = sorted(path.parent.name for path in EXAMPLES.glob("*/README.md"))


@pytest.mark.parametrize("page", ["README.md", *(f"{guide}/README.md" for guide in GUIDES)])
def test_a_guide_has_one_screen_and_links(page: str) -> None:
    """A page has at most sixty lines, and links to others."""
    readme = (EXAMPLES / page).read_text(encoding="utf-8")
    assert len(readme.splitlines()) <= 60
    links = [link for link in re.findall(r"\]\(([^)]+)\)", readme) if "://" not in link]
    assert links or page == "template/README.md"  # what `pulumi new` copies has no other guide beside it


def test_each_guide_is_in_the_table() -> None:
    """It links to the README of every guide."""
    rows = "".join(re.findall(r"(?m)^\|.+\|$", (EXAMPLES / "README.md").read_text(encoding="utf-8")))
    assert [guide for guide in GUIDES if f"[`{guide}`]({guide}/README.md)" not in rows] == []


def test_the_copies_of_the_records_are_equal() -> None:
    """A change of one copy is a change of all."""
    copies = [path.read_text(encoding="utf-8") for path in EXAMPLES.glob("*/records.py")]
    assert len(copies) > 1
    assert len(set(copies)) == 1


def test_the_guide_to_a_migration_has_each_key_of_its_configuration() -> None:
    """A command sets it, and the table explains it."""
    readme = (EXAMPLES / "migration" / "README.md").read_text(encoding="utf-8")
    program = (EXAMPLES / "migration" / "__main__.py").read_text(encoding="utf-8")
    keys = re.findall(r'config\.require(?:_secret)?\("(\w+)"\)', program)
    assert len(keys) == 6
    assert [key for key in keys if not re.search(rf"(?m)^\$ pulumi config set (--secret )?{key}\b", readme)] == []
    assert [key for key in keys if f"`{key}`" not in readme] == []


@pytest.mark.parametrize("guide", [name for name in GUIDES if name not in {"gate", "migration", "pipeline"}])
def test_a_guide_rehearses_with_the_emulators_own_keys(guide: str) -> None:
    """The emulator accepts the keys of the README."""
    assert KEYS in [command for block in blocks(guide) for command in block]


def test_the_rehearsals_scenario_is_valid_and_names_undocumented_codes() -> None:
    """The scenario fails at its first start."""
    scenario = load(str(EXAMPLES / "rehearsal" / "last-quarter.json"))
    assert scenario.frames(1066) != scenario.frames_again(1066)
    assert scenario.frames(1067) is None
    assert "made up" in scenario.description
