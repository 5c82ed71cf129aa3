"""A duration in the words of a status line."""

_MINUTE, _HOUR = 60.0, 3600.0


def span(seconds: float) -> str:
    """Write a duration, as exactly as somebody who waits wants to know it: `45 s`, `30 min`, `2.5 h`.

    Args:
        seconds: How long, 0 or more.
    """
    if seconds < 2 * _MINUTE:
        return f"{seconds:.0f} s"
    return f"{seconds / _MINUTE:.0f} min" if seconds < 2 * _HOUR else f"{seconds / _HOUR:.3g} h"
