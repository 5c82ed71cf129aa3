"""What to look at when a published step of the check has failed, with the page that says so.

Tencent publishes causes for two steps only, the character set and the version. For the others a remedy says what the
step checks and where to look, and claims no more. A remedy is chosen by the step's name alone.
"""

import unicodedata
from typing import NamedTuple

from pulumi_tcsql_check.languages import chinese, english
from pulumi_tcsql_check.languages.sentence import Sentence

API_PAGE = "https://www.tencentcloud.com/document/product/238/73280"
"""The API's page, whose example has the English names and what each step checks (seen 2025-10-28)."""

CHINESE_API_PAGE = "https://cloud.tencent.com/document/product/238/47328"
"""The same page in Chinese, whose example has the Chinese names (seen 2025-09-12)."""

CHARACTER_SET_PAGE = "https://www.tencentcloud.com/document/product/238/61318"
"""What a failed character set check means, and how to fix it (seen 2024-07-31)."""

VERSION_PAGE = "https://www.tencentcloud.com/document/product/238/61319"
"""What a failed version check means, and how to fix it (seen 2024-07-31)."""


class Remedy(NamedTuple):
    """What to look at when one step has failed.

    Attributes:
        step: The step; the catalogues have its published name in each language under `step ...`.
        source: The published page that the sentence rests on.
    """

    step: str
    source: str

    @property
    def title(self) -> Sentence:
        """The step's published name."""
        return Sentence(f"step {self.step}")

    @property
    def sentence(self) -> Sentence:
        """What to look at."""
        return Sentence(f"remedy {self.step}")


REMEDIES = (
    Remedy("source connectivity", API_PAGE),
    Remedy("target connectivity", API_PAGE),
    Remedy("disk space", API_PAGE),
    Remedy("character set", CHARACTER_SET_PAGE),
    Remedy("version", VERSION_PAGE),
    Remedy("permissions", API_PAGE),
    Remedy("source existence", API_PAGE),
    Remedy("target existence", API_PAGE),
)
"""The eight published steps, in the order of the page's example."""


def remedy_for(step_name: str) -> Remedy | None:
    """Return the remedy of a published step; None for any other.

    Args:
        step_name: The name as the API gave it, in English or Chinese; case, spaces and full-width letters don't matter.
    """
    return _BY_NAME.get(_bare(step_name))


def _bare(name: str) -> str:
    """Reduce a name to what tells it from others: no spaces of any kind, nothing invisible, no case, no width."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(char for char in folded if char != " " and char.isprintable())


_BY_NAME = {
    _bare(sentences[remedy.title.key]): remedy
    for remedy in REMEDIES
    for sentences in (english.SENTENCES, chinese.SENTENCES)
}
