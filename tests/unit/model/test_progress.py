"""The verdict on one response, recorded or generated."""

from typing import Any

import pytest
from harness.responses import MIGRATION, as_body, decode, load_responses, make_progress

from pulumi_tcsql_check.model.progress import StepDetail, failed_steps, judge, place_of
from pulumi_tcsql_check.text import printable

STATES = load_responses("states")


@pytest.mark.parametrize("case", STATES.values(), ids=STATES)
def test_a_recorded_response_has_the_verdict_in_its_file(case: dict[str, Any]) -> None:
    """Verdict, status and the states of all steps are those in the file."""
    progress = decode(as_body(case["answer"]))
    taught = case["failed_statuses"]
    assert judge(progress, taught) == case["verdict"]
    assert progress.status(taught) == case["status"]
    assert list(progress.step_states(taught)) == case["states"]
    assert progress.passed == (case["verdict"] == "passed")


def test_a_response_is_decoded_field_by_field() -> None:
    """The API's names become the package's, and text is unchanged."""
    progress = decode(as_body(STATES["chinese_names"]["answer"]))
    assert (progress.total, progress.current) == (2, 2)
    assert progress.request_id == "4be5990d-a4b5-49dc-b2b4-e713b6aa7ba3"
    assert progress.steps[1] == StepDetail("字符集检查", 0, "检查字符集是否一致。")


@pytest.mark.parametrize(
    ("value", "field"),
    [(MIGRATION, "migrate_id"), (make_progress(1, 0), "total"), (make_progress(1, 0).steps[0], "status")],
)
def test_a_response_is_immutable(value: object, field: str) -> None:
    """A verdict belongs to one response, which must not change."""
    with pytest.raises(AttributeError, match="immutable"):
        setattr(value, field, 0)


def test_a_migrations_text_has_its_number_and_region() -> None:
    """Errors and logs use this text."""
    assert str(MIGRATION) == "migration check 1066 (ap-guangzhou)"


@pytest.mark.parametrize("code", [-3, -1, 1, 2, 3, 100, 2**63, -(2**70)])
@pytest.mark.parametrize("current", [0, 1, 2, 3, 4, 5])
def test_only_code_0_passes(code: int, current: int) -> None:
    """A step with any other code holds the gate, at any current step."""
    for codes in ((code, 0, 0), (0, code, 0), (0, 0, code)):
        progress = make_progress(current, *codes)
        assert judge(progress) == "waiting"
        assert judge(progress, [code]) == "failed"
        assert judge(progress, (), progress) in ("waiting", "failed")


@pytest.mark.parametrize("code", [-3, -1, 1, 7])
def test_an_undocumented_code_is_running_at_the_current_step_and_unknown_after_it(code: int) -> None:
    """Only its position shows what such a code may mean; before the current step it is a failure."""
    assert make_progress(2, code, code, code).step_states() == ("failed", "running", "unknown")


def test_a_step_left_behind_has_failed_after_two_equal_polls() -> None:
    """One poll proves nothing, nor do two that differ in the code or the step."""
    now = make_progress(3, 0, -1, 1)
    assert failed_steps(now) == ()
    assert failed_steps(now, (), now) == (2,)
    assert failed_steps(now, (), make_progress(3, 0, 2, 1)) == ()
    assert failed_steps(now, (), make_progress(3, -1, 0, 1)) == ()
    assert failed_steps(now, (), make_progress(2, 0, -1, -2)) == ()
    assert judge(now, (), now) == "failed"


def test_only_a_step_before_the_current_one_is_left_behind() -> None:
    """The same code at the current step, or after it, is no failure in any number of polls."""
    now = make_progress(2, 0, 1, -1)
    assert failed_steps(now, (), now) == ()
    assert judge(now, (), now) == "waiting"


def test_a_check_of_a_single_step_can_pass() -> None:
    """A single passed step is all steps."""
    assert judge(make_progress(1, 0)) == "passed"
    assert make_progress(1, 0).status() == "passed"


@pytest.mark.parametrize("current", [0, 1, 2, 4, 5, 2**63 - 1])
def test_a_check_ends_only_at_its_last_step(current: int) -> None:
    """Passed steps open the gate only if the current step is exactly the last one."""
    progress = make_progress(current, 0, 0, 0)
    assert judge(progress) == judge(progress, (), progress) == "waiting"
    assert progress.status() == ("running" if current < 3 else "unknown")


def test_only_a_step_with_code_0_counts_as_passed() -> None:
    """The number is for the screen; the verdict doesn't use it."""
    assert make_progress(3, 0, 0, 7, -2, -1, -1).steps_passed == 2


def test_failed_steps_are_listed_in_their_order() -> None:
    """Failed steps from `failed_statuses` and steps left behind are listed together, each once, sorted."""
    now = make_progress(4, -1, 0, 7, 7, 0)
    assert failed_steps(now, (7,), now) == (1, 3, 4)


def test_a_pass_overrides_the_previous_poll() -> None:
    """A failure in the previous poll has no effect once all steps have passed."""
    assert judge(make_progress(3, 0, 0, 0), (-1,), make_progress(3, 0, -1, 1)) == "passed"


@pytest.mark.parametrize(
    ("current", "codes", "total", "line"),
    [
        (1, (0,), 1, "1/1 Step 1: passed"),
        (1, (-2, -2), 2, "1/2 Step 1: not started"),
        (2, (0, 1, -2), 3, "2/3 Step 2: running"),
        (3, (0, -1, 1), 3, "2/3 Step 2: failed (status -1)"),
        (0, (-2, -2), 2, "0/2 not started"),
        (3, (0, 0), 2, "3/2 unknown"),
        (8, (0,), 8, "8/8 unknown"),
        (0, (), 0, "0/0 unknown"),
        (0, (5, -2), 2, "0/2 unknown"),
    ],
)
def test_the_reported_step_is_the_most_relevant_one(
    current: int, codes: tuple[int, ...], total: int, line: str
) -> None:
    """A failed step comes first, then the current one, then only the count."""
    assert str(place_of(make_progress(current, *codes, total=total)).sentence) == line


def test_a_current_step_with_a_code_in_failed_statuses_has_failed() -> None:
    """The reported step is the failed one."""
    assert str(place_of(make_progress(2, 0, 3), (3,)).sentence) == "2/2 Step 2: failed (status 3)"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("Character set check", "Character set check"),
        ("字符集检查。", "字符集检查。"),
        ("two\nlines\r", r"two\nlines\r"),
        ("a\tb", r"a\tb"),
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("\x9b2J", r"\x9b2J"),
        ("\x00\x07\x7f", r"\x00\x07\x7f"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("\u2066a\u2069\u200f", r"\u2066a\u2069\u200f"),
        ("\u2028\u2029\u0085", r"\u2028\u2029\x85"),
        ("\ufeff\u200b", r"\ufeff\u200b"),
        ("\ud800", r"\ud800"),
        ("\U000e0041", r"\U000e0041"),
    ],
)
def test_text_from_outside_is_escaped(text: str, shown: str) -> None:
    """The result can't move the terminal's cursor, break its line or reverse its direction."""
    assert printable(text) == shown
    assert printable(text).isprintable()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("x" * 300, "x" * 300),
        ("x" * 301, "x" * 299 + "…"),
        ("字" * 5000, "字" * 299 + "…"),
        ("\n" * 150, r"\n" * 150),
        ("\n" * 151, r"\n" * 149 + "\\…"),
    ],
)
def test_long_text_is_cut(text: str, shown: str) -> None:
    """The result has at most 300 characters, counted after escaping."""
    assert printable(text) == shown
    assert len(shown) <= 300


def test_the_limit_can_be_chosen() -> None:
    """The caller may pass another limit."""
    assert printable("abcdef", 5) == "abcd…"
    assert printable("abcde", 5) == "abcde"
