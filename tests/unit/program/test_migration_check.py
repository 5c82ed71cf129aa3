"""`MigrationCheck` in a program, under Pulumi's own mocks."""

import signal
import sys
from collections.abc import Iterator
from typing import Any

import pulumi
import pytest
from harness.pulumi_mocks import STEP, RecordingMocks, mocked_program, resolve
from pulumi.runtime import mocks

from pulumi_tcsql_check import InvalidInputError, MigrationCheck, Step
from pulumi_tcsql_check.program import shutdown

PLAIN: dict[str, Any] = {"migrate_id": 1066, "region": "ap-guangzhou"}


@pytest.fixture(name="recorder")
def _recorder(monkeypatch: pytest.MonkeyPatch) -> Iterator[RecordingMocks]:
    """Mocks that return a passed check."""
    with mocked_program(monkeypatch, {"total": 1, "current": 1, "steps": [STEP], "passed": True}) as recorder:
        yield recorder


def test_the_names_that_users_state_holds_are_these(recorder: RecordingMocks) -> None:
    """Type token, id, and the names of all inputs on the wire are final."""
    check = MigrationCheck(
        "orders",
        **PLAIN,
        timeout_seconds=60,
        poll_interval_seconds=1,
        enforce=True,
        failed_statuses=[-1],
        flow_id=1001,
        endpoint="sqlserver.tencentcloudapi.com",
    )
    resolve(check.urn)
    (seen,) = recorder.seen
    assert seen.typ == "pulumi-python:dynamic/tcsql:MigrationCheck"
    assert seen.resource_id == "ap-guangzhou/1066"
    assert {name: value for name, value in seen.inputs.items() if name != "__provider"} == {
        "migrate_id": 1066,
        "region": "ap-guangzhou",
        "timeout_seconds": 60,
        "poll_interval_seconds": 1,
        "enforce": True,
        "failed_statuses": [-1],
        "flow_id": 1001,
        "endpoint": "sqlserver.tencentcloudapi.com",
        "wait": True,
        "from_outputs": [],
    }


def test_outputs_have_their_types(recorder: RecordingMocks) -> None:
    """Whole numbers are ints, and each step is a `Step`."""
    check = MigrationCheck("orders", **PLAIN)
    (step,) = resolve(check.steps)
    assert isinstance(step, Step)
    assert (step.name, step.status, step.state, step.message) == ("Hard disk space check", 0, "passed", "Check ...")
    assert (resolve(check.total), resolve(check.passed)) == (1, True)
    assert recorder.seen


def test_a_users_test_can_make_a_step() -> None:
    """`Step` is a plain value."""
    step = Step(name="Disk", status=-2, state="not-started", message="")
    assert (step.name, step.status, step.state, step.message) == ("Disk", -2, "not-started", "")


@pytest.mark.parametrize("as_output", [True, False])
@pytest.mark.parametrize("migrate_id", ["1066", 1066, 1066.0])
def test_an_id_as_text_or_number_gives_one_resource(
    recorder: RecordingMocks, migrate_id: int | str, *, as_output: bool
) -> None:
    """Text and floats, which other providers return, give the same resource id and the same integer input."""
    given: Any = pulumi.Output.from_input(migrate_id) if as_output else migrate_id
    check = MigrationCheck("orders", migrate_id=given, region="ap-guangzhou")
    assert resolve(check.id) == "ap-guangzhou/1066"
    (seen,) = recorder.seen
    assert seen.inputs["migrate_id"] == 1066


def test_the_provider_gets_the_names_of_inputs_from_outputs(recorder: RecordingMocks) -> None:
    """Plain and omitted values are not named; outputs, awaitables and lists of them are."""

    async def region() -> str:
        return "ap-guangzhou"

    flow: pulumi.Output[int] = pulumi.Output.from_input(1001)
    codes: list[Any] = [pulumi.Output.from_input(-1)]
    check = MigrationCheck("orders", migrate_id=1, region=region(), flow_id=flow, failed_statuses=codes)
    resolve(check.urn)
    assert recorder.seen[0].inputs["from_outputs"] == ["region", "failed_statuses", "flow_id"]


def test_an_input_may_be_awaitable(recorder: RecordingMocks) -> None:
    """A coroutine, which can be awaited once, works as an output does."""

    async def number() -> int:
        return 1066

    async def region() -> str:
        return "ap-guangzhou"

    check = MigrationCheck("orders", migrate_id=number(), region=region())
    assert resolve(check.id) == "ap-guangzhou/1066"
    assert recorder.seen[0].inputs["migrate_id"] == 1066


def test_an_output_of_a_wrong_type_is_left_to_the_provider(recorder: RecordingMocks) -> None:
    """The program continues, and `read` refuses the value."""
    check = MigrationCheck("orders", migrate_id=pulumi.Output.from_input("x"), region="ap-guangzhou")
    assert resolve(check.id) == "ap-guangzhou/x"
    assert recorder.seen


def test_the_configured_region_precedes_the_environment(
    recorder: RecordingMocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stack's own region precedes the machine's."""
    monkeypatch.setenv("TENCENTCLOUD_REGION", "ap-tokyo")
    assert resolve(MigrationCheck("one", migrate_id=1).id) == "ap-tokyo/1"
    pulumi.runtime.set_config("tencentcloud:region", "ap-seoul")
    assert resolve(MigrationCheck("two", migrate_id=1).id) == "ap-seoul/1"
    assert resolve(MigrationCheck("three", migrate_id=1, region="ap-beijing").id) == "ap-beijing/1"
    assert len(recorder.seen) == 3


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("migrate_id", value) for value in (0, -1, 1.5, "x", True, None)),
        *(("timeout_seconds", value) for value in (0, float("nan"), float("inf"))),
        *(("poll_interval_seconds", value) for value in (0.05, 301)),
        *(("endpoint", value) for value in ("https://a.example/path", "http://a.example")),
        ("failed_statuses", [0]),
        *(("migrate_id", text) for text in ("01066", " 1066", "1066 ", "+1066", "\uff11066", "1066.0")),
        *(("flow_id", value) for value in (0, -1, 1.5, "1001", True)),
        ("enforce", "no"),
        ("region", ""),
    ],
)
def test_a_bad_plain_value_is_refused_at_the_users_own_line(recorder: RecordingMocks, name: str, value: object) -> None:
    """The error is also Pulumi's, names input, value and line, and nothing is registered."""
    given: dict[str, Any] = {**PLAIN, name: value}
    line = sys._getframe().f_lineno + 2
    with pytest.raises(InvalidInputError) as refused:
        MigrationCheck("orders", **given)
    assert isinstance(refused.value, pulumi.RunError)
    assert refused.value.name == name
    assert str(refused.value).startswith(f"{name} is {value!r}, but must be ")
    assert str(refused.value).endswith(f"(test_migration_check.py, line {line})")
    assert recorder.seen == []


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"custom_timeouts": pulumi.CustomTimeouts(read="1m")}, "use timeout_seconds"),
        ({"id": "an-id"}, "it is made of the region and the numbers"),
        ({"import_": "an-id"}, "a gate is read, never managed"),
        ({"urn": "urn:pulumi:a::b::c::d"}, "a gate is read from Tencent, never from the state"),
        ({"hooks": pulumi.ResourceHookBinding(before_create=[lambda _: None])}, "the engine runs none for a read"),
    ],
)
def test_an_option_that_changes_the_kind_of_resource_is_refused(
    recorder: RecordingMocks, options: dict[str, Any], sentence: str
) -> None:
    """The error has the user's line, and nothing is registered."""
    ((name, _),) = options.items()
    with pytest.raises(pulumi.RunError, match=rf"^opts\.{name} is .*{sentence}\. \(test_migration_check\.py, line"):
        MigrationCheck("orders", **PLAIN, opts=pulumi.ResourceOptions(**options))
    assert recorder.seen == []


def test_a_list_with_an_output_is_left_to_the_provider(recorder: RecordingMocks) -> None:
    """An unknown value can't be validated yet."""
    codes: list[Any] = [pulumi.Output.from_input(-1)]
    resolve(MigrationCheck("orders", **PLAIN, failed_statuses=codes).urn)
    assert recorder.seen[0].inputs["failed_statuses"] == [-1]


def test_under_mocks_the_interrupt_handler_is_unchanged(recorder: RecordingMocks) -> None:
    """A user's unit test keeps its own handling of Ctrl-C."""
    before = signal.getsignal(signal.SIGINT), sys.excepthook
    resolve(MigrationCheck("orders", **PLAIN).urn)
    assert (signal.getsignal(signal.SIGINT), sys.excepthook) == before
    assert recorder.seen


def test_under_an_engine_the_gate_prepares_the_shutdown(
    recorder: RecordingMocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It prepares the shutdown in previews and updates, and guards against deletions only in updates."""
    prepared: list[bool] = []
    guarded: list[str] = []
    monkeypatch.setattr(shutdown, "prepare", lambda: prepared.append(True))

    def guard(name: str, passed: pulumi.Output[bool], *_: object) -> pulumi.Output[bool]:
        guarded.append(name)
        return passed

    monkeypatch.setattr(shutdown, "guard", guard)
    monkeypatch.setattr("pulumi_tcsql_check.program.stack.get_monitor", object)
    resolve(MigrationCheck("orders", **PLAIN).urn)
    mocks.set_mocks(recorder, preview=True)
    resolve(MigrationCheck("previewed", **PLAIN).urn)
    assert prepared == [True, True]
    assert guarded == ["orders"]
    assert recorder.seen


def test_a_preview_does_not_wait(recorder: RecordingMocks) -> None:
    """The hidden input `wait` is true only in an update."""
    mocks.set_mocks(recorder, preview=True)
    resolve(MigrationCheck("orders", **PLAIN).urn)
    assert recorder.seen[0].inputs["wait"] is False
