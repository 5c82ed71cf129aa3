"""The program's stack: its language, its region, and whether a unit test mocks it."""

import os
from collections.abc import Mapping

import pulumi
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.settings import get_monitor

from pulumi_tcsql_check.config import CONFIG_NAMESPACE, language
from pulumi_tcsql_check.config.report_folder import VARIABLE
from pulumi_tcsql_check.errors import InvalidInputError
from pulumi_tcsql_check.languages.sentence import ENGLISH, Language, Sentence, render


def configured(key: str) -> str | None:
    """Return the value of a key, with its namespace, in the stack's configuration; None if it isn't set."""
    namespace, name = key.split(":")
    return pulumi.Config(namespace).get(name)


def stack_language() -> Language:
    """Return the language of the stack's configuration or environment; raises `InvalidInputError` if unsupported."""
    return language.choose(configured(language.KEY), language.KEY, os.environ)


def in_stack_language(sentence: Sentence) -> str:
    """Write a sentence in the stack's language, wrapped for a terminal; in English if that is unsupported."""
    from pulumi_tcsql_check.messages.layout import Text  # noqa: PLC0415  # a program without an error needs none of it

    return Text(sentence).render(_supported())


def line_in_stack_language(sentence: Sentence) -> str:
    """Write a sentence as `in_stack_language` does, but in one line: a row shows only the first line of an info."""
    return render(sentence, _supported())


def _supported() -> Language:
    try:
        return stack_language()
    except InvalidInputError:
        return ENGLISH


def default_region() -> str:
    """Return the configured region; "" if there is none."""
    return configured(f"{CONFIG_NAMESPACE}:region") or os.environ.get("TENCENTCLOUD_REGION") or ""


def relative_project_folder(environ: Mapping[str, str]) -> str | None:
    """Return the project's folder, relative to the program's; None if they are the same, or no report is requested.

    Providers run in the program's folder, which the project's `main` names. The Automation API knows no project folder
    for a program that is a function.
    """
    root: str | None = pulumi.get_root_directory()
    if not environ.get(VARIABLE) or not root:
        return None
    relative = os.path.relpath(root)
    return relative if relative != os.curdir else None


def in_unit_test() -> bool:
    """Return whether the program runs under `pulumi.runtime.set_mocks`, where no provider reads."""
    return isinstance(get_monitor(), MockMonitor)
