"""For how long the answers have been the same."""

import pytest
from harness.answers import seen

from pulumi_tcsql_check.model.progress import Progress
from pulumi_tcsql_check.polling.standing import Standing


def test_the_same_answer_goes_on_standing() -> None:
    """Another request id and another message are no change."""
    standing = Standing(0.0)
    standing.note(seen(2, 0, 1), 100)
    standing.note(seen(2, 0, 1, message="Other."), 107)
    assert standing.since == 100


@pytest.mark.parametrize("other", [seen(2, 0, 7), seen(1, 0, 1), seen(2, 0, 1, total=3)])
def test_any_change_of_place_counts_anew(other: Progress) -> None:
    """Another code, another current step, another number of steps."""
    standing = Standing(0.0)
    standing.note(seen(2, 0, 1), 100)
    standing.note(other, 107)
    assert standing.since == 107
