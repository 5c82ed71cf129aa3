"""What a user reads of an error, by default of a Pulumi program's."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import pytest

from pulumi_tcsql_check.errors import TcsqlCheckError
from pulumi_tcsql_check.messages.audience import PROGRAM, Audience
from pulumi_tcsql_check.messages.errors import list_below, sentence_of

E = TypeVar("E", bound=TcsqlCheckError)


def sentence(error: TcsqlCheckError, audience: Audience = PROGRAM) -> str:
    """Return the sentence of an error."""
    return sentence_of(error, audience)


def below(error: TcsqlCheckError) -> str:
    """Return the lines below the sentence."""
    return list_below(error, PROGRAM)


@contextmanager
def says(kind: type[E], match: str) -> Iterator[pytest.ExceptionInfo[E]]:
    """Require that the block raises an error whose sentence a regular expression finds something in."""
    with pytest.raises(kind) as caught:
        yield caught
    assert re.search(match, sentence(caught.value)), sentence(caught.value)
