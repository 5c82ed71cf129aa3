"""When the steps of a check last changed."""

import pytest
from harness.responses import MIGRATION, make_progress

from pulumi_tcsql_check.model.progress import Progress
from pulumi_tcsql_check.polling.watch_state import WatchState


def test_another_request_id_or_message_is_no_change() -> None:
    """The instant of the last change stays the same."""
    state = WatchState(MIGRATION, 0.0)
    state.keep(make_progress(2, 0, 1), 100)
    state.keep(make_progress(2, 0, 1, message="Other."), 107)
    assert state.unchanged_since == 100


@pytest.mark.parametrize("other", [make_progress(2, 0, 7), make_progress(1, 0, 1), make_progress(2, 0, 1, total=3)])
def test_any_other_code_or_number_is_a_change(other: Progress) -> None:
    """Another code, another current step, another number of steps."""
    state = WatchState(MIGRATION, 0.0)
    state.keep(make_progress(2, 0, 1), 100)
    state.keep(other, 107)
    assert state.unchanged_since == 107
