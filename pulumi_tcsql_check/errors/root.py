"""The root of the tree, and the error of a cancelled wait."""

from pulumi_tcsql_check.languages.sentence import Sentence, Words


class TcsqlCheckError(Exception):
    """The root of all errors of this package.

    `str(error)` is one short English sentence; `messages.errors` makes the full text in the user's language.
    """

    @property
    def sentence(self) -> Words:
        """What happened, in one sentence."""
        return super().__str__()

    def __str__(self) -> str:
        """Return the sentence in English."""
        return str(self.sentence)


class WaitCancelledError(TcsqlCheckError):
    """The update was cancelled (`refused` is ""), or failed at another gate, whose name is `refused`.

    `was_sent` is whether a request was in flight: the API may have received it.
    """

    was_sent = False

    def __init__(self, refused: str = "") -> None:
        """Store the attribute."""
        super().__init__()
        self.refused = refused

    @property
    def sentence(self) -> Sentence:
        """Why the wait ended."""
        return Sentence("wait ended by gate", gate=self.refused) if self.refused else Sentence("wait cancelled")
