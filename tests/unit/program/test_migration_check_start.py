"""`MigrationCheckStart` in a program, under Pulumi's own mocks."""

import inspect
from collections.abc import Iterator
from typing import Any

import pulumi
import pytest
from harness.error_texts import raises_sentence
from harness.mock_engine import Engine, run, take_for_real
from harness.pulumi_mocks import RecordingMocks, mocked_program, resolve

from pulumi_tcsql_check import InvalidInputError, MigrationCheckStart
from pulumi_tcsql_check.config import validation
from pulumi_tcsql_check.program import refusal

PLAIN: dict[str, Any] = {"migrate_id": 1066, "region": "ap-guangzhou", "triggers": ["run 1"]}


@pytest.fixture(name="recorder")
def _recorder(monkeypatch: pytest.MonkeyPatch) -> Iterator[RecordingMocks]:
    """Mocks that return the flow of a start."""
    with mocked_program(monkeypatch, {"flow_id": 1001.0, "started_at": "2026-01-01T00:00:00Z"}) as recorder:
        yield recorder


def test_the_names_that_users_state_holds_are_these(recorder: RecordingMocks) -> None:
    """Type token and the names of all inputs on the wire are final; Pulumi makes the id on creation."""
    start = MigrationCheckStart("orders", **PLAIN, endpoint="sqlserver.tencentcloudapi.com")
    resolve(start.urn)
    (seen,) = recorder.seen
    assert seen.typ == "pulumi-python:dynamic/tcsql:MigrationCheckStart"
    assert not seen.resource_id
    assert {name: value for name, value in seen.inputs.items() if name != "__provider"} == {
        **PLAIN,
        "endpoint": "sqlserver.tencentcloudapi.com",
    }


def test_outputs_have_their_types(recorder: RecordingMocks) -> None:
    """Whole numbers are ints."""
    start = MigrationCheckStart("orders", **{**PLAIN, "migrate_id": "1066"})
    outputs = (start.migrate_id, start.region, start.triggers, start.flow_id, start.started_at)
    assert list(map(resolve, outputs)) == [1066, "ap-guangzhou", ["run 1"], 1001, "2026-01-01T00:00:00Z"]
    assert [type(resolve(output)) for output in (start.migrate_id, start.flow_id)] == [int, int]
    assert recorder.seen


@pytest.mark.parametrize("as_output", [False, True])
def test_triggers_become_text(recorder: RecordingMocks, *, as_output: bool) -> None:
    """The wire would change numbers and drop what is None."""
    triggers: list[Any] = ["a", 5, 2**53 + 1, True, False, ""]
    given: Any = [pulumi.Output.from_input(one) for one in triggers] if as_output else tuple(triggers)
    resolve(MigrationCheckStart("orders", **{**PLAIN, "triggers": given}).urn)
    assert recorder.seen[0].inputs["triggers"] == ["a", "5", "9007199254740993", "true", "false", ""]


@pytest.mark.parametrize(
    ("triggers", "error"),
    [
        ("run 1", r"^triggers is 'str', but must be a list of strings, integers or booleans\. \("),
        (None, r"^triggers is 'NoneType', but must be a list of strings, integers or booleans\. \("),
        (["a", None], r"^triggers\[1\] is 'NoneType', but must be a string, an integer or a boolean\. \("),
        ([1.5], r"^triggers\[0\] is 'float', "),
        ([["a"]], r"^triggers\[0\] is 'list', "),
        ([{"a": "secret"}], r"^triggers\[0\] is 'dict', "),
    ],
)
def test_other_triggers_are_refused_at_the_users_line(
    recorder: RecordingMocks, triggers: list[Any], error: str
) -> None:
    """The error is at the user's line, and has the type of the value, which may be a secret."""
    with raises_sentence(InvalidInputError, error):
        MigrationCheckStart("orders", **{**PLAIN, "triggers": triggers})
    assert recorder.seen == []


def test_a_whole_number_of_another_resource_is_a_trigger() -> None:
    """Pulumi brings the number 5 as 5.0."""
    assert validation.triggers([5.0, -3.0]) == ("5", "-3")
    for one in (5.5, 2.0**54, float("nan"), float("inf")):
        with raises_sentence(InvalidInputError, r"^triggers\[0\] is 'float', but must be a string, an integer"):
            validation.triggers([one])


def test_triggers_are_required() -> None:
    """A program that starts once gives an empty list."""
    assert inspect.signature(MigrationCheckStart).parameters["triggers"].default is inspect.Parameter.empty


@pytest.mark.parametrize("given", [{"migrate_id": 0}, {"region": "?"}, {"region": None}, {"endpoint": "http://x"}])
def test_an_invalid_input_is_refused_at_the_users_line(recorder: RecordingMocks, given: dict[str, Any]) -> None:
    """The error names the input, and nothing is registered."""
    with raises_sentence(InvalidInputError, rf"^{next(iter(given))} is .* \(test_migration_check_start"):
        MigrationCheckStart("orders", **{**PLAIN, **given})
    assert recorder.seen == []


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ({"custom_timeouts": pulumi.CustomTimeouts(create="1m")}, "left out: the engine doesn't pass it on"),
        ({"id": "ap-guangzhou/1066"}, "left out: a start can't be imported or looked up"),
        ({"import_": "ap-guangzhou/1066"}, "left out: a start can't be imported or looked up"),
        ({"urn": "urn:x"}, "left out: a start can't be imported or looked up"),
        ({"replacement_trigger": "run 2"}, "left out: use triggers, which the gate compares"),
        ({"replace_on_changes": ["triggers"]}, "left out: use triggers, which the gate compares"),
        ({"replace_with": [pulumi.ComponentResource]}, "left out: use triggers, which the gate compares"),
    ],
)
def test_an_option_without_a_meaning_is_refused(recorder: RecordingMocks, option: dict[str, Any], words: str) -> None:
    """The error says what to do instead."""
    with raises_sentence(InvalidInputError, rf"^opts\.{next(iter(option))} is .*{words}"):
        MigrationCheckStart("orders", **PLAIN, opts=pulumi.ResourceOptions(**option))
    assert recorder.seen == []


def test_a_start_cannot_be_looked_up() -> None:
    """The error says to declare it."""
    with raises_sentence(InvalidInputError, r"^get is 'MigrationCheckStart', but must be left out: a start can't be"):
        MigrationCheckStart.get("orders", "ap-guangzhou/1066")


def test_every_option_of_the_sdk_is_classified() -> None:
    """The engine honours it for a start, or it is refused, so that a new option of the SDK fails this test."""
    honoured = set(refusal._IDLE_OPTIONS) - set(refusal.REFUSED_BY_START) | {
        "additional_secret_outputs",
        "depends_on",
        "hooks",
        "parent",
        "plugin_download_url",
        "transformations",
        "version",
    }
    assert set(inspect.signature(pulumi.ResourceOptions).parameters) == honoured | set(refusal.REFUSED_BY_START)


def test_the_program_of_a_real_update_ends_without_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    """A start prepares for an interrupt, as a gate does; under mocks it leaves the process alone."""
    prepared: list[bool] = []
    take_for_real(monkeypatch)
    monkeypatch.setattr("pulumi_tcsql_check.program.shutdown.prepare", lambda: prepared.append(True))
    engine = Engine()
    run(engine, lambda: MigrationCheckStart("orders", **PLAIN))
    assert (engine.order, prepared) == (["orders"], [True])
