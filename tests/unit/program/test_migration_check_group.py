"""`MigrationCheckGroup` in a program, under Pulumi's own mocks."""

from collections.abc import Iterator
from typing import Any

import pulumi
import pytest
from harness.error_texts import in_one_line, raises_sentence
from harness.pulumi_mocks import STEP, RecordingMocks, mocked_program, resolve

from pulumi_tcsql_check import CheckResult, InvalidInputError, MigrationCheckGroup, Step

PLAIN: dict[str, Any] = {"migrate_ids": [1067, "1066"], "region": "ap-guangzhou"}


CHECK = {"migrate_id": 1067, "total": 1, "current": 1, "steps": [STEP], "passed": True, "status": "passed"}


@pytest.fixture(name="recorder")
def _recorder(monkeypatch: pytest.MonkeyPatch) -> Iterator[RecordingMocks]:
    """Mocks that return a passed check."""
    with mocked_program(monkeypatch, {"total": 1, "current": 1, "passed": True, "checks": [CHECK]}) as recorder:
        yield recorder


def test_too_few_flows_are_refused_at_the_users_line(recorder: RecordingMocks) -> None:
    """Both lists must be plain; with an output among the ids, the provider validates them."""
    with raises_sentence(
        InvalidInputError, r"^flow_ids is \[1001\], but must be one number for .* \(test_migration_check_group"
    ):
        MigrationCheckGroup("wave-1", **PLAIN, flow_ids=[1001])
    late = MigrationCheckGroup("wave-2", migrate_ids=[pulumi.Output.from_input(7), 8], region="x", flow_ids=[1001])
    resolve(late.urn)
    assert [seen.name for seen in recorder.seen] == ["wave-2"]


def test_the_names_that_users_state_holds_are_these(recorder: RecordingMocks) -> None:
    """Type token, id, and the names of all inputs on the wire are final."""
    wave = MigrationCheckGroup(
        "wave-1",
        **PLAIN,
        timeout_seconds=60,
        poll_interval_seconds=1,
        enforce=True,
        failed_statuses=[-1],
        flow_ids=[1002, 1001],
        endpoint="sqlserver.tencentcloudapi.com",
    )
    resolve(wave.urn)
    (seen,) = recorder.seen
    assert seen.typ == "pulumi-python:dynamic/tcsql:MigrationCheckGroup"
    assert seen.resource_id == "ap-guangzhou/1066+1067"
    assert {name: value for name, value in seen.inputs.items() if name != "__provider"} == {
        "migrate_ids": [1067, 1066],
        "region": "ap-guangzhou",
        "timeout_seconds": 60,
        "poll_interval_seconds": 1,
        "enforce": True,
        "failed_statuses": [-1],
        "flow_ids": [1002, 1001],
        "endpoint": "sqlserver.tencentcloudapi.com",
        "wait": True,
        "from_outputs": [],
    }


def test_outputs_have_their_types(recorder: RecordingMocks) -> None:
    """Each check is a `CheckResult`, and each of its steps a `Step`."""
    (check,) = resolve(MigrationCheckGroup("wave-1", **PLAIN).checks)
    assert isinstance(check, CheckResult)
    assert (check.migrate_id, check.total, check.current, check.passed, check.status) == (1067, 1, 1, True, "passed")
    (step,) = check.steps
    assert isinstance(step, Step)
    assert step.name == "Hard disk space check"
    assert recorder.seen


def test_a_users_test_can_make_a_result() -> None:
    """`CheckResult` is a plain value."""
    check = CheckResult(migrate_id=7, total=0, current=0, steps=[], passed=False, status="unknown")
    assert (check.migrate_id, check.steps, check.passed, check.status) == (7, [], False, "unknown")


@pytest.mark.parametrize(
    ("ids", "name"),
    [
        ([7], "7"),
        ([20, 3, 100], "3+20+100"),
        (list(range(8, 0, -1)), "1+2+3+4+5+6+7+8"),
        (list(range(9, 0, -1)), "d1aee42aae19ecdf25e8681b142caf3b"),
        (list(range(1, 10)), "d1aee42aae19ecdf25e8681b142caf3b"),
    ],
)
@pytest.mark.parametrize("as_output", [True, False])
def test_the_id_has_the_sorted_ids_or_their_digest(
    recorder: RecordingMocks, ids: list[int], name: str, *, as_output: bool
) -> None:
    """The same group in another order is the same resource; up to eight ids are readable."""
    given: Any = [*ids[:-1], pulumi.Output.from_input(str(ids[-1]))] if as_output else ids
    wave = MigrationCheckGroup("wave-1", migrate_ids=given, region="ap-guangzhou")
    assert resolve(wave.id) == f"ap-guangzhou/{name}"
    assert recorder.seen[0].inputs["migrate_ids"] == ids
    assert recorder.seen[0].inputs["from_outputs"] == (["migrate_ids"] if as_output else [])


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"migrate_ids": []}, "migrate_ids is [], but must be a list of 1 to 1000 numbers."),
        ({"migrate_ids": [1, 0]}, "migrate_ids[1] is 0, but must be a whole number from 1 to 9007199254740991."),
        (
            {"migrate_ids": [5, 6, "5"]},
            "migrate_ids is [5, 6, '5'], but must be a list without repetitions: 5 is in it 2 times.",
        ),
        ({"flow_ids": [1, None]}, "flow_ids[1] is None, but must be a whole number from 1 to 9007199254740991."),
        ({"timeout_seconds": 0}, "timeout_seconds is 0, but must be a finite number of seconds greater than 0."),
    ],
)
def test_a_plain_value_outside_its_range_is_refused_at_the_users_line(
    recorder: RecordingMocks, given: dict[str, Any], sentence: str
) -> None:
    """Nothing is registered."""
    with pytest.raises(InvalidInputError) as refused:
        MigrationCheckGroup("wave-1", **{**PLAIN, **given})
    assert in_one_line(refused.value).startswith(f"{sentence} (test_migration_check_group.py, line ")
    assert recorder.seen == []


def test_invalid_ids_from_outputs_are_left_to_the_provider(recorder: RecordingMocks) -> None:
    """The resource id shows them unchanged."""
    late: Any = pulumi.Output.from_input(["x", 1])
    wave = MigrationCheckGroup("wave-1", migrate_ids=late, region="ap-guangzhou")
    assert resolve(wave.id) == "ap-guangzhou/['x', 1]"
    assert recorder.seen[0].inputs["migrate_ids"] == ["x", 1]


def test_the_region_may_be_that_of_the_environment(recorder: RecordingMocks, monkeypatch: pytest.MonkeyPatch) -> None:
    """A group takes it as a single gate does."""
    monkeypatch.setenv("TENCENTCLOUD_REGION", "ap-shanghai")
    resolve(MigrationCheckGroup("wave-1", migrate_ids=[7]).urn)
    assert recorder.seen[0].inputs["region"] == "ap-shanghai"
