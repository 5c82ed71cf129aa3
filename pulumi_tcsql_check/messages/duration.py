"""A duration in the words of a status line."""

from pulumi_tcsql_check.languages.sentence import Sentence

_MINUTE, _HOUR = 60.0, 3600.0


def span(seconds: float) -> Sentence:
    """Return a duration of 0 seconds or more, rounded for a reader who waits: `45 s`, `30 min`, `2.5 h`."""
    if seconds < 2 * _MINUTE:
        return Sentence("in seconds", number=f"{seconds:.0f}")
    if seconds < 2 * _HOUR:
        return Sentence("in minutes", number=f"{seconds / _MINUTE:.0f}")
    return Sentence("in hours", number=f"{seconds / _HOUR:.3g}")
