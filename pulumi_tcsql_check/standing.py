"""For how long a check has stood where it stands, which tells a step that runs from a code that nobody knows. Pure."""

from pulumi_tcsql_check.progress import Progress


class Standing:
    """Remembers when the steps changed last."""

    def __init__(self) -> None:
        """Begin with nothing seen."""
        self._place: tuple[object, ...] = ()
        self._since = 0.0

    def note(self, progress: Progress, now: float) -> Progress:
        """Take an answer, and the instant at which it came; returns the answer."""
        place = progress.total, progress.current, tuple(step.status for step in progress.steps)
        if place != self._place:
            self._place, self._since = place, now
        return progress

    def seconds(self, now: float) -> float:
        """Tell for how long the answers have been the same."""
        return now - self._since
