"""For how long a check has stood where it stands, which tells a step that runs from a code that nobody knows. Pure."""

from pulumi_tcsql_check.model.progress import Progress


class Standing:
    """Remembers when the steps changed last.

    Attributes:
        since: The instant at which they were first seen as they are.
    """

    def __init__(self, now: float) -> None:
        """Begin at an instant, with nothing seen."""
        self.since = now
        self._place: tuple[object, ...] = ()

    def note(self, progress: Progress, now: float) -> None:
        """Take an answer, and the instant at which it came."""
        place = progress.total, progress.current, tuple(step.status for step in progress.steps)
        if place != self._place:
            self._place, self.since = place, now
