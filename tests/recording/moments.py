"""The screens that a recording shows: one for each different message, without repaints and running counters."""

import itertools
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from recording.screen import Frame

SETTLED_SECONDS = 0.05
"""A screen that was visible for less time is a partial repaint."""


@dataclass(frozen=True)
class Moment:
    """A screen, and for how many seconds it is shown."""

    frame: Frame
    seconds: float


def settled(screens: Iterable[tuple[float, Frame]]) -> Iterator[Frame]:
    """Leave out partial repaints; the last screen stays."""
    every = list(screens)
    ends = [began for began, _ in every[1:]] + [math.inf]
    yield from (frame for (began, frame), end in zip(every, ends, strict=True) if end - began >= SETTLED_SECONDS)


def told(screens: Iterable[Frame], mark: re.Pattern[str], *, seconds: float, end_seconds: float) -> list[Moment]:
    """Return the first screen for each different mark in a row, and the last screen of all.

    Args:
        screens: Screens without partial repaints, in order; at least one.
        mark: The text that tells one moment from the next; screens without it are skipped.
        seconds: How long each is shown.
        end_seconds: How long the last one is shown.
    """
    every = list(screens)
    marked = [(found[0], frame) for frame in every if (found := mark.search(frame.text))]
    firsts = [next(group)[1] for _, group in itertools.groupby(marked, lambda pair: pair[0])]
    return [*(Moment(frame, seconds) for frame in firsts if frame != every[-1]), Moment(every[-1], end_seconds)]
