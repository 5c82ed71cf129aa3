"""Both catalogues have the same sentences."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

import pulumi_tcsql_check
from pulumi_tcsql_check.languages import chinese, english

PACKAGE = Path(pulumi_tcsql_check.__file__).parent
MODULES = [path for path in PACKAGE.rglob("*.py") if path.parent.name != "languages"]


def fields(sentence: str) -> set[str]:
    """Return the names of a sentence's facts."""
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def commands(sentence: str) -> set[str]:
    """Return what a sentence quotes as shell commands."""
    return set(sentence.split("`")[1::2])


def calls(name: str) -> Iterator[ast.Call]:
    """Return the package's calls of a class."""
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
                yield node


def test_both_catalogues_have_the_same_keys() -> None:
    """The order is the same too, so that they can be compared."""
    assert list(chinese.SENTENCES) == list(english.SENTENCES)


@pytest.mark.parametrize("key", english.SENTENCES)
def test_a_sentence_has_the_same_facts_and_commands_in_both_catalogues(key: str) -> None:
    """A fact in one language alone is a mistake, and commands are the same in each language."""
    assert fields(chinese.SENTENCES[key]) == fields(english.SENTENCES[key])
    assert commands(chinese.SENTENCES[key]) == commands(english.SENTENCES[key])


WITHOUT_WORDS = {
    *("about", "and then", "at line", "check did", "failed one", "flag", "flag with meaning", "item", "items"),
    *("label api", "late one", "lost one", "not started one", "place", "step in state", "the token"),
    *("two sentences", "which step", "with cause"),
}
"""The sentences that consist of facts, names and codes."""


@pytest.mark.parametrize("key", english.SENTENCES)
def test_a_chinese_sentence_is_chinese(key: str) -> None:
    """It is no copy of the English one, and has no half-width comma."""
    words = "".join(text for text, *_ in string.Formatter().parse(chinese.SENTENCES[key]) if text)
    is_chinese = any("\u4e00" <= char <= "\u9fff" for char in words)
    assert is_chinese is (key not in WITHOUT_WORDS)
    assert ", " not in words


def test_every_call_gives_the_facts_of_its_catalogue_entry() -> None:
    """The test doesn't check calls whose key or facts are computed."""
    found = 0
    for call in calls("Sentence"):
        key = call.args[0]
        if isinstance(key, ast.Constant) and all(keyword.arg for keyword in call.keywords):
            found += 1
            facts = {keyword.arg for keyword in call.keywords}
            assert facts == fields(english.SENTENCES[str(key.value)]), key.value
    assert found > 100


def test_every_sentence_is_used() -> None:
    """The package contains its key or, for a family of sentences, the prefix of it."""
    nodes = [node for path in MODULES for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
    texts = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    families = ("column ", "count ", "flag ", "remedy ", "state ", "status ", "step ")
    labels = {f"label {call.args[0].value!s}" for call in calls("Field") if isinstance(call.args[0], ast.Constant)}
    for key in english.SENTENCES:
        assert key in texts | labels or (key.startswith(families) and f"{key.split()[0]} " in texts), key
