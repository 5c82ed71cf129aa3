"""The root of the tree, and the error of a wait that ended for no fault of its own."""


class TcsqlCheckError(Exception):
    """The root of everything this package raises.

    An error carries facts as attributes. `str(error)` is one short sentence made of them; `messages.errors` writes the
    whole text that a user reads.
    """


class WaitCancelledError(TcsqlCheckError):
    """The update was cancelled while the gate waited, or it failed at another gate.

    Attributes:
        refused: The name of that other gate; "" if the update was cancelled.
    """

    def __init__(self, refused: str = "") -> None:
        """Take the facts."""
        super().__init__()
        self.refused = refused

    def __str__(self) -> str:
        """Say why the wait ended."""
        why = f"ended, since the gate {self.refused} did not pass" if self.refused else "was cancelled"
        return f"The wait for the migration check {why}."
