"""The language of the program's own output."""

import pulumi
import pytest
from harness.mock_engine import Engine, check, run

from pulumi_tcsql_check.config.language import KEY, VARIABLE
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.program.stack import in_stacks


def late() -> None:
    """Declare a gate with an invalid timeout."""
    check("orders", timeout_seconds=0)


@pytest.mark.parametrize("source", ["config", "environment"])
def test_an_error_in_the_program_is_in_the_stacks_language(monkeypatch: pytest.MonkeyPatch, source: str) -> None:
    """It has the same facts."""
    if source == "config":
        monkeypatch.setitem(pulumi.runtime.config.CONFIG.get(), KEY, "zh")
    else:
        monkeypatch.setenv(VARIABLE, "zh")
    with pytest.raises(
        pulumi.RunError,
        match=r"^timeout_seconds 的值 0 无效，应为：大于 0 的有限秒数。（mock_engine\.py 第 \d+ 行）$",
    ):
        run(Engine(), late)


def test_another_language_is_refused_before_the_gate_is_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error is in English, with the user's line."""
    monkeypatch.setenv(VARIABLE, "de")
    engine = Engine()
    with pytest.raises(pulumi.RunError, match=rf"^{VARIABLE} is 'de', but must be en or zh\. \(mock_engine\.py, line "):
        run(engine, late)
    assert engine.order == []


def test_with_an_unknown_language_an_error_is_in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    """This includes the error about the language itself."""
    monkeypatch.setenv(VARIABLE, "de")
    assert in_stacks(Sentence("your program")) == "your program"
