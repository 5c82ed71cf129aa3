"""The language of the program's messages: the stack's."""

import os

import pulumi

from pulumi_tcsql_check.config import language
from pulumi_tcsql_check.errors import InvalidInputError
from pulumi_tcsql_check.languages.sentence import ENGLISH, Language, Sentence, write


def of_stack() -> Language:
    """Return the language of the stack's configuration or environment; raises `InvalidInputError` if unsupported."""
    namespace, key = language.KEY.split(":")
    return language.choose(pulumi.Config(namespace).get(key), language.KEY, os.environ)


def in_stacks(sentence: Sentence) -> str:
    """Write a sentence in the stack's language; in English if that is unsupported."""
    try:
        return write(sentence, of_stack())
    except InvalidInputError:
        return write(sentence, ENGLISH)
