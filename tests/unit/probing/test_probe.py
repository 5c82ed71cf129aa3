"""A probe of one migration, against the emulator."""

import json
import re
import time
from pathlib import Path

import msgspec
import pytest
from harness.fake_clock import FakeClock
from harness.responses import MIGRATION

from pulumi_tcsql_check.config.stack_config import Stack
from pulumi_tcsql_check.config.start_inputs import StartInputs
from pulumi_tcsql_check.credentials import connection
from pulumi_tcsql_check.emulator import Emulator, ManualClock, Scenario, load, parse
from pulumi_tcsql_check.errors import CredentialsError
from pulumi_tcsql_check.model.endpoint import Endpoint
from pulumi_tcsql_check.probing.probe import Probe
from pulumi_tcsql_check.probing.transcript import Note

QUERY, LIST, START, FLOW = (
    "QueryMigrationCheckProcess",
    "DescribeMigrations",
    "StartMigrationCheck",
    "DescribeFlowStatus",
)
PUBLISHED = "; 8 of 8 names are published"


class SharedClock(FakeClock):
    """A clock that advances the emulator's as well."""

    def __init__(self, emulators: ManualClock) -> None:
        """Advance this clock, too."""
        super().__init__()
        self._emulators = emulators

    def advance(self, seconds: float) -> None:
        """Advance both."""
        super().advance(seconds)
        self._emulators.advance(seconds)


def probe(scenario: Scenario, log: Path, seconds: float = 60, *, start: bool = False) -> list[Note]:
    """Probe a migration on an emulator, and return the notes."""
    manual = ManualClock(time.time())
    clock = SharedClock(manual)
    notes: list[Note] = []
    with Emulator(scenario, clock=manual, request_log=log) as emulator:
        inputs = StartInputs(MIGRATION, (), Endpoint("http", emulator.endpoint))
        session = connection.choose(inputs, Stack({}), clock=clock, warn=lambda _: None).session()
        Probe(session, MIGRATION, clock=clock, on_note=notes.append).run(seconds, with_start=start)
    return notes


def answers(notes: list[Note], request: str) -> list[str]:
    """Return the different responses to a request, in order."""
    return [note.response for note in notes if note.request == request]


def actions(log: Path) -> list[str]:
    """Return the actions of all requests."""
    return [json.loads(line)["action"] for line in log.read_text(encoding="utf-8").splitlines()]


def test_a_probe_reads_only_and_queries_what_is_not_published(log: Path) -> None:
    """It sends no start; a check that has passed is queried once."""
    notes = probe(load("pass"), log)
    assert answers(notes, QUERY) == [f"TotalStep 8, CurrentStep 8, Status 0 0 0 0 0 0 0 0{PUBLISHED}"]
    assert answers(notes, LIST) == ["CheckFlag 1, Status 1"]
    assert START not in actions(log)
    assert actions(log).count(QUERY) == 2


def test_a_migration_that_is_past_its_check_is_not_started(log: Path) -> None:
    """A migration that has been cut over must not be checked."""
    frames = tuple(msgspec.structs.replace(frame, migration_status=6) for frame in load("pass").frames(1066) or ())
    notes = probe(Scenario(name="mine", migrations={"1066": frames}), log, start=True)
    assert answers(notes, LIST) == ["CheckFlag 1, Status 6"]
    assert START not in actions(log)


def test_a_number_that_does_not_exist_has_the_apis_error(log: Path) -> None:
    """The API's text is left out: it may name an account."""
    scenario = Scenario(name="mine", migrations={"1066": load("pass").frames(1066)})
    notes = probe(scenario, log)
    assert answers(notes, f"{QUERY} of a number that doesn't exist") == ["error ResourceNotFound.DBNotFound"]


def test_a_start_is_followed_to_the_end_of_its_flow(log: Path) -> None:
    """Each response that differs from the last one is a note: the codes of a running and of a failed step."""
    notes = probe(load("fail"), log, start=True)
    assert answers(notes, START) == ["a FlowId"]
    assert answers(notes, FLOW) == ["Status 2", "Status 1"]
    assert answers(notes, QUERY)[-1] == f"TotalStep 8, CurrentStep 5, Status 0 0 0 -1 1 -2 -2 -2{PUBLISHED}"
    assert answers(notes, LIST)[-1] == "CheckFlag 2, Status 1"
    assert [note.seconds for note in notes] == sorted(note.seconds for note in notes)


def test_a_probe_ends_when_its_time_is_up(log: Path) -> None:
    """A check that never ends is left running."""
    probe(load("unknown-code"), log, seconds=30)
    assert 10 <= actions(log).count(QUERY) <= 17


def test_a_check_that_has_not_started_is_not_waited_for(log: Path) -> None:
    """Nothing changes without a start."""
    notes = probe(load("never-started"), log)
    assert answers(notes, QUERY) == [f"TotalStep 8, CurrentStep 1, Status -2 -2 -2 -2 -2 -2 -2 -2{PUBLISHED}"]


@pytest.mark.parametrize(
    ("frame", "answer"),
    [
        ({"kind": "error", "code": "UnauthorizedOperation", "message": "uin 1"}, "error UnauthorizedOperation"),
        ({"kind": "reset"}, "error: start-unknown"),
    ],
)
def test_an_error_of_a_start_is_a_note(log: Path, frame: dict[str, object], answer: str) -> None:
    """The probe goes on with what it can query."""
    passed = {"kind": "progress", "statuses": [0] * 8}
    scenario = {"migrations": {"*": [passed]}, "on_start": {"*": [frame]}}
    notes = probe(parse(json.dumps(scenario).encode(), name="mine"), log, start=True)
    assert answers(notes, START) == [answer]
    assert answers(notes, FLOW) == []


def test_an_error_of_a_flow_is_a_note(log: Path) -> None:
    """The flow stays unknown, and the probe goes on until its time is up."""
    passed = {"kind": "progress", "statuses": [0] * 8, "flow": {"code": "InternalError", "message": "m"}}
    notes = probe(parse(json.dumps({"migrations": {"*": [passed]}}).encode(), name="mine"), log, 5, start=True)
    assert answers(notes, FLOW) == ["error InternalError"]


def test_without_credentials_nothing_is_probed(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says how to set them."""
    for name in ("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY"):
        monkeypatch.delenv(name)
    with pytest.raises(CredentialsError):
        probe(load("pass"), log)


def test_a_note_has_nothing_of_its_account(log: Path) -> None:
    """Neither ids nor texts nor times of day."""
    notes = probe(load("fail"), log, start=True)
    text = " ".join(f"{note.request} {note.response}" for note in notes)
    assert not re.search(r"1066|1001|AKID|ap-guangzhou|127\.0\.0\.1|connectivity|[0-9a-f]{8}-", text)
