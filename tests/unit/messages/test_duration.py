"""Durations in words."""

import pytest

from pulumi_tcsql_check.messages.duration import span


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (0.6, "1 s"),
        (119.4, "119 s"),
        (120, "2 min"),
        (1800, "30 min"),
        (7199, "120 min"),
        (7200, "2 h"),
        (9000, "2.5 h"),
        (360_000, "100 h"),
    ],
)
def test_a_duration_has_a_unit_that_suits_its_length(seconds: float, words: str) -> None:
    """The unit is seconds below two minutes, minutes below two hours, and then hours."""
    assert str(span(seconds)) == words
