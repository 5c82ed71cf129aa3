"""The lines below an error: one for each step."""

import pytest
from harness.responses import make_progress

from pulumi_tcsql_check.messages.layout import MOST_LINES
from pulumi_tcsql_check.messages.step_list import step_list
from pulumi_tcsql_check.model.progress import Progress, StepDetail


def lines_of(progress: Progress, failed: tuple[int, ...] = (), taught: tuple[int, ...] = ()) -> list[str]:
    """List the steps in English."""
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
    """A state other than passed and not started has its raw code."""
    assert lines_of(make_progress(current, code), failed, taught) == [line]


def test_a_published_step_has_its_english_name_if_the_api_sends_the_chinese_one() -> None:
    """The text has one language; an unpublished name is shown as received, but escaped."""
    steps = (StepDetail("硬盘空间检查", 0, ""), StepDetail("a\x1b", 0, ""))
    assert lines_of(Progress(2, 2, steps, "r")) == ["✓ 1 Hard disk space check", "✓ 2 a\\x1b"]


def test_a_long_list_is_cut_and_counted() -> None:
    """The list fits on one screen."""
    lines = lines_of(make_progress(1, *[-2] * (MOST_LINES + 3)))
    assert len(lines) == MOST_LINES + 1
    assert lines[-1] == "... and 3 more"
    assert len(step_list(make_progress(1, *[-2] * MOST_LINES))) == MOST_LINES


def test_a_response_without_steps_adds_no_line() -> None:
    """The list is empty."""
    assert step_list(make_progress(1)) == []
