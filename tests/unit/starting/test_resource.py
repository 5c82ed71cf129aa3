"""A start as a resource: inputs in, outputs out, against the emulator."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from harness.in_process_read import RecordingListener

from pulumi_tcsql_check.config.stack_config import Stack
from pulumi_tcsql_check.emulator import Emulator, parse
from pulumi_tcsql_check.errors import InvalidInputError, PermanentError, StartUnknownError
from pulumi_tcsql_check.starting import resource

URN = "urn:pulumi:rehearsal::tcsql-check::pulumi-python:dynamic/tcsql:MigrationCheckStart::orders"
PASSED = {"kind": "progress", "statuses": [0] * 8}


@pytest.fixture(autouse=True)
def _no_unknown_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin without a start of unknown outcome."""
    monkeypatch.setattr(resource, "_unknown", set())


def start(
    emulator: Emulator, call: RecordingListener, urn: str = URN, stack: dict[str, str] | None = None, **props: object
) -> dict[str, Any]:
    """Start a check on an emulator."""
    given = {"migrate_id": 1066.0, "region": "ap-guangzhou", "triggers": ["run 1"], "endpoint": emulator.url}
    return resource.start(urn, given | props, Stack(stack or {}), call, call.cancelled)


def actions(log: Path) -> list[str]:
    """Return the actions of the requests."""
    return [json.loads(line)["action"] for line in log.read_text(encoding="utf-8").splitlines()]


def test_the_outputs_are_the_inputs_the_flow_and_the_time(call: RecordingListener, log: Path) -> None:
    """The list of migrations is queried before the start is sent, and the row shows the flow."""
    with Emulator("pass", request_log=log) as emulator:
        outputs = start(emulator, call)
    started_at = outputs.pop("started_at")
    assert re.fullmatch(r"20\d\d-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\dZ", started_at)
    migration = {"migrate_id": 1066, "region": "ap-guangzhou"}
    assert outputs == migration | {"triggers": ["run 1"], "flow_id": 1001, "endpoint": emulator.url}
    assert actions(log) == ["DescribeMigrations", "StartMigrationCheck"]
    assert call.lines == ["starting the check", "started flow 1001"]
    (warning,) = call.warnings
    assert warning == f"migration check 1066 (ap-guangzhou) is queried at {emulator.url}, which is not Tencent Cloud."


def test_the_endpoint_may_be_that_of_the_stack(call: RecordingListener) -> None:
    """A start without an endpoint of its own uses it, as a gate does."""
    with Emulator("pass") as emulator:
        outputs = start(emulator, call, endpoint=None, stack={"tcsql-check:endpoint": emulator.url})
    assert outputs["flow_id"] == 1001


@pytest.mark.parametrize(
    "props", [{"migrate_id": 0}, {"region": ""}, {"triggers": None}, {"triggers": [{}]}, {"endpoint": 5}]
)
def test_an_invalid_input_sends_nothing(call: RecordingListener, log: Path, props: dict[str, Any]) -> None:
    """The error names the input."""
    with Emulator("pass", request_log=log) as emulator, pytest.raises(InvalidInputError) as caught:
        start(emulator, call, **props)
    assert next(iter(props)) in str(caught.value.name)
    assert actions(log) == []


def test_a_refusal_names_the_migration(call: RecordingListener) -> None:
    """The API's own error names none."""
    with Emulator("pass") as emulator, pytest.raises(PermanentError) as caught:
        start(emulator, call, migrate_id=404)
    assert str(caught.value).startswith("migration check 404 (ap-guangzhou): ")


def test_a_resource_whose_start_is_unknown_sends_no_other(call: RecordingListener, log: Path) -> None:
    """The engine may repeat a create that failed; another resource or migration is not affected."""
    scenario = {"migrations": {"*": [PASSED]}, "on_start": {"*": [{"kind": "reset"}]}}
    with Emulator(parse(json.dumps(scenario).encode(), name="test"), request_log=log) as emulator:
        for words in ("may have started it: ", "is not started again in this update"):
            with pytest.raises(StartUnknownError) as caught:
                start(emulator, call)
            assert words in str(caught.value)
        assert start(emulator, call, urn=f"{URN}-2")["flow_id"] == 1002
        with pytest.raises(StartUnknownError, match="may have started it: "):
            start(emulator, call, migrate_id=1067)
    assert actions(log).count("StartMigrationCheck") == 3
