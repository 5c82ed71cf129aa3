"""The root of the tree, and the error of a wait that ended for no fault of its own."""

from pulumi_tcsql_check.languages.sentence import Sentence, Words


class TcsqlCheckError(Exception):
    """The root of everything this package raises.

    An error carries facts as attributes. `str(error)` is one short English sentence made of them; `messages.errors`
    writes the whole text that a user reads, in the user's language.
    """

    @property
    def sentence(self) -> Words:
        """What happened, in one sentence."""
        return super().__str__()

    def __str__(self) -> str:
        """Write the sentence in English."""
        return str(self.sentence)


class WaitCancelledError(TcsqlCheckError):
    """The update was cancelled while the gate waited, or it failed at another gate.

    Attributes:
        refused: The name of that other gate; "" if the update was cancelled.
    """

    def __init__(self, refused: str = "") -> None:
        """Take the facts."""
        super().__init__()
        self.refused = refused

    @property
    def sentence(self) -> Sentence:
        """Why the wait ended."""
        return Sentence("wait ended by gate", gate=self.refused) if self.refused else Sentence("wait cancelled")
