"""The text of an error as a user reads it; by default the user of a Pulumi program."""

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
X = TypeVar("X", bound=Exception)


def headline(error: TcsqlCheckError, audience: Audience = PROGRAM) -> str:
    """Return the first sentence of an error's text."""
    return str(text_of(error, audience).headline)


def detail_lines(error: TcsqlCheckError) -> list[str]:
    """Return the lines below the headline."""
    return list(text_of(error, PROGRAM).below(ENGLISH))


def full_text(error: TcsqlCheckError, audience: Audience = PROGRAM) -> str:
    """Return the whole text, joined to one line."""
    return in_one_line(text_of(error, audience))


def in_one_line(text: object) -> str:
    """Return a text without the line breaks that lay it out."""
    return " ".join(str(text).split())


def without_endpoint(text: str) -> str:
    """Return a text without the endpoint of an emulator in its commands."""
    return re.sub(r" --endpoint http://127\.0\.0\.1:\d+", "", text)


@contextmanager
def raises_error(kind: type[E], match: str) -> Iterator[pytest.ExceptionInfo[E]]:
    """Like `pytest.raises`, but match the text that the user reads, up to its code."""
    with pytest.raises(kind) as caught:
        yield caught
    text, _, _ = full_text(caught.value).partition(" Code: ")
    assert re.search(match, text), text


@contextmanager
def raises_sentence(kind: type[X], match: str) -> Iterator[pytest.ExceptionInfo[X]]:
    """Like `pytest.raises`, but match the error's own text, joined to one line."""
    with pytest.raises(kind) as caught:
        yield caught
    assert re.search(match, in_one_line(caught.value)), str(caught.value)
