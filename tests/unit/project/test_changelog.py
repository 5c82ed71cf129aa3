"""The changelog has the form of Keep a Changelog."""

import re
from pathlib import Path

import pytest

TEXT = (Path(__file__).resolve().parents[3] / "CHANGELOG.md").read_text(encoding="utf-8")
KINDS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
BREAKING = "- **Breaking:** "

SECTIONS = re.findall(r"(?ms)^## (.+?)\n(.*?)(?=^## |\Z)", TEXT)
"""The heading and the text of each version."""


def test_the_first_section_is_the_unreleased_one() -> None:
    """Each later one has a version and a date."""
    unreleased, *released = (heading for heading, _ in SECTIONS)
    assert unreleased == "[Unreleased]"
    assert [heading for heading in released if not re.fullmatch(r"\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d", heading)] == []


@pytest.mark.parametrize("section", [text for _, text in SECTIONS], ids=[heading for heading, _ in SECTIONS])
def test_a_section_has_the_standard_kinds_of_changes(section: str) -> None:
    """Each occurs once and has at least one line."""
    kinds = re.findall(r"(?m)^### (.+)\n\n- ", section)
    assert kinds == re.findall(r"(?m)^### (.+)$", section)
    assert len(kinds) == len(set(kinds))
    assert set(kinds) <= KINDS


@pytest.mark.parametrize("section", [text for _, text in SECTIONS], ids=[heading for heading, _ in SECTIONS])
def test_breaking_changes_come_first(section: str) -> None:
    """This holds within each kind, and a kind that has some comes before one that has none."""
    kinds = [re.findall(r"(?m)^- .*$", kind) for kind in re.split(r"(?m)^### .+$", section)[1:]]
    breaking = [[line.startswith(BREAKING) for line in lines] for lines in kinds]
    assert breaking == [sorted(lines, reverse=True) for lines in breaking]
    assert [any(lines) for lines in breaking] == sorted((any(lines) for lines in breaking), reverse=True)
