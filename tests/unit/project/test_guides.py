"""The guides' files agree with the code, as far as a test without an engine can compare them."""

import re

import pytest
from harness.guide import EXAMPLES, KEYS, blocks

from pulumi_tcsql_check.emulator import load

GUIDES = ("automation", "created-here", "cutover", "pipeline", "rehearsal")


@pytest.mark.parametrize("guide", GUIDES)
def test_a_guide_has_one_screen_and_valid_links(guide: str) -> None:
    """A guide has at most sixty lines, and each file that it names exists."""
    readme = (EXAMPLES / guide / "README.md").read_text(encoding="utf-8")
    assert len(readme.splitlines()) <= 60
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", readme) if "://" not in link]
    assert links
    assert [link for link in links if not (EXAMPLES / guide / link).exists()] == []


def test_the_copies_of_the_records_are_equal() -> None:
    """A change of one copy is a change of all."""
    copies = [path.read_text(encoding="utf-8") for path in EXAMPLES.glob("*/records.py")]
    assert len(copies) > 1
    assert len(set(copies)) == 1


@pytest.mark.parametrize("guide", ["automation", "created-here", "cutover", "rehearsal", "template"])
def test_a_guide_rehearses_with_the_emulators_own_keys(guide: str) -> None:
    """The emulator accepts the keys of the README."""
    assert KEYS in [command for block in blocks(guide) for command in block]


def test_the_rehearsals_scenario_is_valid_and_names_undocumented_codes() -> None:
    """The scenario fails at its first start."""
    scenario = load(str(EXAMPLES / "rehearsal" / "last-quarter.json"))
    assert scenario.frames(1066) != scenario.frames_again(1066)
    assert scenario.frames(1067) is None
    assert "made up" in scenario.description
