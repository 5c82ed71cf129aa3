"""The root of the tree, and the one error that is nobody's fault: the user ended the wait."""

from pulumi_tcsql_check.messages import audience


class TcsqlCheckError(Exception):
    """The root of everything this package raises.

    Attributes:
        steps_seen: The steps, a line each, for below the sentence where the screen has room; "" where there are none.
    """

    steps_seen = ""


class WaitCancelledError(TcsqlCheckError):
    """The update was cancelled while the gate waited, or it failed at another gate, which `refused` names."""

    def __init__(self, refused: str = "") -> None:
        """Say that nothing behind the gate has changed."""
        self.refused = refused
        why = f"ended, since the gate {refused} did not pass" if refused else "was cancelled"
        super().__init__(
            f"The wait for the migration check {why}; nothing behind the gate was changed. "
            f"Run {audience.current().again} again to wait for it anew."
        )
