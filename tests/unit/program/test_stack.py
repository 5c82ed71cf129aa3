"""The language of the program's own output."""

from pathlib import Path
from typing import Any

import pulumi
import pytest
from harness.error_texts import raises_sentence
from harness.mock_engine import Engine, check, run, take_for_real
from pulumi.runtime import mocks

from pulumi_tcsql_check.config.language import KEY, VARIABLE
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.program.stack import in_stack_language


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
    with raises_sentence(
        pulumi.RunError,
        r"^timeout_seconds 的值 0 无效，应为：大于 0 的有限秒数。 （mock_engine\.py 第 \d+ 行）$",
    ):
        run(Engine(), late)


def test_another_language_is_refused_before_the_gate_is_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error is in English, with the user's line."""
    monkeypatch.setenv(VARIABLE, "de")
    engine = Engine()
    with raises_sentence(pulumi.RunError, rf"^{VARIABLE} is 'de', but must be en or zh\. \(mock_engine\.py, line "):
        run(engine, late)
    assert engine.order == []


def test_with_an_unknown_language_an_error_is_in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    """This includes the error about the language itself."""
    monkeypatch.setenv(VARIABLE, "de")
    assert in_stack_language(Sentence("your program")) == "your program"


@pytest.mark.parametrize(
    ("variable", "root", "way"),
    [("evidence", "..", ".."), ("evidence", ".", None), ("evidence", "", None), ("", "..", None), (None, "..", None)],
)
def test_a_gate_knows_the_way_to_the_projects_folder(
    monkeypatch: pytest.MonkeyPatch, variable: str | None, root: str, way: str | None
) -> None:
    """Only if reports are wanted, and the program is in another folder."""
    take_for_real(monkeypatch)
    monkeypatch.setattr(pulumi, "get_root_directory", lambda: root and str(Path(root).resolve()))
    monkeypatch.delenv("TCSQL_CHECK_REPORT", raising=False)
    if variable is not None:
        monkeypatch.setenv("TCSQL_CHECK_REPORT", variable)
    engine = Engine()
    seen: list[dict[str, Any]] = []
    answer = engine.mocks.new_resource

    def new_resource(args: mocks.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        seen.append(args.inputs)
        return answer(args)

    monkeypatch.setattr(engine.mocks, "new_resource", new_resource)
    run(engine, lambda: check("orders"))
    assert seen[0].get("project_folder") == way
    run(engine, lambda: check("orders"), preview=True)
    assert "project_folder" not in seen[1]
