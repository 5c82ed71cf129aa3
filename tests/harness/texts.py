"""What a user reads of an error, by default of a Pulumi program's."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import pytest

from pulumi_tcsql_check.errors import TcsqlCheckError
from pulumi_tcsql_check.languages.sentence import ENGLISH
from pulumi_tcsql_check.messages.audience import PROGRAM, Audience
from pulumi_tcsql_check.messages.errors import text_of

E = TypeVar("E", bound=TcsqlCheckError)


def sentence(error: TcsqlCheckError, audience: Audience = PROGRAM) -> str:
    """Return the headline of an error."""
    return str(text_of(error, audience).headline)


def below(error: TcsqlCheckError) -> list[str]:
    """Return the lines below the headline."""
    return list(text_of(error, PROGRAM).below(ENGLISH))


def whole(error: TcsqlCheckError, audience: Audience = PROGRAM) -> str:
    """Return the whole text in one line."""
    return in_one_line(text_of(error, audience))


def in_one_line(text: object) -> str:
    """Return a text without the line breaks that lay it out."""
    return " ".join(str(text).split())


@contextmanager
def says(kind: type[E], match: str) -> Iterator[pytest.ExceptionInfo[E]]:
    """Require that the block raises an error in whose text, up to its code, a regular expression finds something."""
    with pytest.raises(kind) as caught:
        yield caught
    told, _, _ = whole(caught.value).partition(" Code: ")
    assert re.search(match, told), told
