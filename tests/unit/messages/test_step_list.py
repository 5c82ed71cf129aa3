"""The lines below a refusal: one for each step."""

import pytest
from harness.responses import make_progress

from pulumi_tcsql_check.messages.layout import MOST_LINES
from pulumi_tcsql_check.messages.step_list import step_list
from pulumi_tcsql_check.model.progress import Progress, StepDetail


def lines_of(progress: Progress, failed: tuple[int, ...] = (), taught: tuple[int, ...] = ()) -> list[str]:
    """List the steps, in English."""
    return [str(line) for line in step_list(progress, failed, taught)]


@pytest.mark.parametrize(
    ("code", "current", "failed", "taught", "line"),
    [
        (0, 2, (), (), "✓ 1 Step 1"),
        (-2, 1, (), (), "· 1 Step 1: not started"),
        (7, 1, (), (), "▸ 1 Step 1: running (status 7)"),
        (7, 0, (), (), "? 1 Step 1: unknown (status 7)"),
        (7, 2, (), (), "✗ 1 Step 1: failed (status 7)"),
        (7, 1, (1,), (), "✗ 1 Step 1: failed (status 7)"),
        (7, 1, (), (7,), "✗ 1 Step 1: failed (status 7)"),
    ],
)
def test_each_state_has_its_mark(
    code: int, current: int, failed: tuple[int, ...], taught: tuple[int, ...], line: str
) -> None:
    """What is neither passed nor not started is shown with its raw code."""
    assert lines_of(make_progress(current, code), failed, taught) == [line]


def test_a_published_step_is_named_in_english_where_the_api_names_it_in_chinese() -> None:
    """The text has one language; a name that is not published is shown as it came, and can't write on the terminal."""
    steps = (StepDetail("硬盘空间检查", 0, ""), StepDetail("a\x1b", 0, ""))
    assert lines_of(Progress(2, 2, steps, "r")) == ["✓ 1 Hard disk space check", "✓ 2 a\\x1b"]


def test_of_very_many_the_rest_are_counted() -> None:
    """The list fits on one screen."""
    lines = lines_of(make_progress(1, *[-2] * (MOST_LINES + 3)))
    assert len(lines) == MOST_LINES + 1
    assert lines[-1] == "... and 3 more"
    assert len(step_list(make_progress(1, *[-2] * MOST_LINES))) == MOST_LINES


def test_where_nothing_is_listed_there_is_nothing() -> None:
    """An answer without steps adds no line."""
    assert step_list(make_progress(1)) == []
