"""The program's stack: its language, its region, and whether a unit test mocks it."""

import os

import pulumi
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.settings import get_monitor

from pulumi_tcsql_check.config import language
from pulumi_tcsql_check.config.stack_config import CONFIG_NAMESPACE
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


def default_region() -> str:
    """Return the configured region; "" if there is none."""
    return pulumi.Config(CONFIG_NAMESPACE).get("region") or os.environ.get("TENCENTCLOUD_REGION") or ""


def in_unit_test() -> bool:
    """Return whether the program runs under `pulumi.runtime.set_mocks`, where no provider reads."""
    return isinstance(get_monitor(), MockMonitor)
