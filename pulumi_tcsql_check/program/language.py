"""The language of what the program itself prints: the stack's."""

import os

import pulumi

from pulumi_tcsql_check.config import language
from pulumi_tcsql_check.errors import InvalidInputError
from pulumi_tcsql_check.languages.sentence import ENGLISH, Language, Sentence, write


def of_stack() -> Language:
    """Return the language that the stack's configuration or the environment chooses.

    Raises:
        InvalidInputError: There is no such language.
    """
    namespace, key = language.KEY.split(":")
    return language.choose(pulumi.Config(namespace).get(key), language.KEY, os.environ)


def in_stacks(sentence: Sentence) -> str:
    """Write a sentence in the stack's language; in English if there is no such language."""
    try:
        return write(sentence, of_stack())
    except InvalidInputError:
        return write(sentence, ENGLISH)
