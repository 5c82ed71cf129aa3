"""The root of the tree, and the one error that is nobody's fault: the user ended the wait."""


class TcsqlCheckError(Exception):
    """The root of everything this package raises."""


class WaitCancelledError(TcsqlCheckError):
    """The update was cancelled while the gate waited."""

    def __init__(self) -> None:
        """Say that nothing behind the gate has changed."""
        super().__init__(
            "The wait for the migration check was cancelled; nothing behind the gate was changed. "
            "Run `pulumi up` again to wait for it anew."
        )
