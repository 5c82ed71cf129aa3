"""The fuzzer's check of a response: it accepts the package as it is, and detects each kind of defect."""

import copy
import random
from collections import Counter

import msgspec
import pytest
from harness.responses import as_body, load_responses, make_progress
from proof.examine import WHO, Case, Outcome, examine
from proof.mutate import mutate, seeds

from pulumi_tcsql_check.model import progress
from pulumi_tcsql_check.model.credentials import Credentials
from pulumi_tcsql_check.model.flow import Evidence
from pulumi_tcsql_check.model.progress import Progress
from pulumi_tcsql_check.polling import watch
from pulumi_tcsql_check.reading import outputs
from pulumi_tcsql_check.tencent import response

INPUTS = 300
STATES = load_responses("states")

MERELY_EQUAL = as_body({"RequestId": "x", "TotalStep": 1, "CurrentStep": 1, "StepDetails": []})
RUNNING = as_body(STATES["last_step_runs"]["answer"])
HEAD = bytes([0, 0, 0, 0, 1])


def test_the_package_agrees_with_the_oracle_on_changed_responses() -> None:
    """The changed responses include complete, passed and failed ones, and violate no property."""
    chance = random.Random(4)
    cases = [mutate(chance.choice(seeds()), chance) for _ in range(INPUTS)]
    found: Counter[str] = Counter()
    for case in (*seeds(), *cases):
        outcome = examine(Case.of(case))
        found.update({name: getattr(outcome, name) for name in ("progress", "passed", "failed")})
    assert found["progress"] > found["failed"] > INPUTS / 50
    assert found["passed"] > INPUTS / 50


def test_the_same_seed_makes_the_same_changes() -> None:
    """A result can be reproduced."""
    assert mutate(seeds()[3], random.Random(7)) == mutate(seeds()[3], random.Random(7))


@pytest.mark.parametrize(
    "body", [b"", b"[" * 9999, b"\xff", b'{"Response":', b"9" * 9999], ids=lambda body: repr(body[:9])
)
def test_a_body_that_is_not_json_is_examined_too(body: bytes) -> None:
    """It can be changed and sent through the SDK, and opens nothing."""
    for last in range(2):
        case = mutate(bytes([0, 0, 0, 0, last]) + body, random.Random(last + 1))
        assert not examine(Case.of(case)).passed
    assert examine(Case.of(bytes(4) + b"\x01" + body)) == Outcome()


@pytest.mark.parametrize("body", [MERELY_EQUAL, RUNNING], ids=["equal", "running"])
def test_a_lenient_verdict_is_detected(monkeypatch: pytest.MonkeyPatch, body: bytes) -> None:
    """If the last step alone were enough, the fuzzer would find a false pass."""
    assert not examine(Case.of(HEAD + body)).passed
    monkeypatch.setattr(Progress, "passed", property(lambda self: self.current == self.total))
    with pytest.raises(AssertionError, match="false pass"):
        examine(Case.of(HEAD + body))


def test_a_lenient_wait_is_detected(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the wait returned despite a correct verdict, the fuzzer would find it."""
    monkeypatch.setattr(watch, "judge", lambda *_: "passed")
    with pytest.raises(AssertionError, match="a false pass of the gate"):
        examine(Case.of(HEAD + RUNNING))


def test_lenient_outputs_are_detected(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the outputs differed from the verdict or ignored the flow, the fuzzer would find it."""
    behind_a_flow = bytes([0, 0, 0, 8, 1]) + as_body(STATES["published_example"]["answer"])
    assert examine(Case.of(behind_a_flow)).passed
    monkeypatch.setattr(Evidence, "is_of_this_start", True)
    with pytest.raises(AssertionError):
        examine(Case.of(behind_a_flow))
    monkeypatch.setattr(outputs, "outputs_of", lambda *_: {"passed": True, "status": "passed", "steps": []})
    with pytest.raises(AssertionError, match="another verdict"):
        examine(Case.of(HEAD + RUNNING))


def test_a_lenient_start_is_detected(monkeypatch: pytest.MonkeyPatch) -> None:
    """If a response without the number of a flow were a start, the fuzzer would find it."""
    lenient = msgspec.defstruct("Lenient", [("flow_id", int), ("request_id", str)], rename="pascal")
    without = HEAD + as_body({"FlowId": 0, "RequestId": "4be5990d"})
    examine(Case.of(without))
    monkeypatch.setattr("proof.examine._Started", lenient)
    with pytest.raises(AssertionError, match="a false start"):
        examine(Case.of(without))


def test_a_lenient_decoder_is_detected(monkeypatch: pytest.MonkeyPatch) -> None:
    """If every body were decoded as a pass, the fuzzer would find it, through the SDK as well."""
    monkeypatch.setattr(response, "decode", lambda *_, **__: make_progress(1, 0))
    for last in range(2):
        with pytest.raises(AssertionError):
            examine(Case.of(bytes([0, 0, 0, 0, last]) + b"<html>"))


def test_a_secret_in_an_error_is_detected(monkeypatch: pytest.MonkeyPatch) -> None:
    """If a secret id that a server repeats were shown, the fuzzer would find it."""
    for field in ("Name", "Msg"):
        answer = copy.deepcopy(STATES["last_step_runs"]["answer"])
        answer["StepDetails"][0][field] = f"of {WHO.secret_id}"
        case = Case.of(HEAD + as_body(answer))
        assert not examine(case).progress
        with monkeypatch.context() as patch:
            patch.setattr(Credentials, "hidden_in", lambda _, text: text)
            with pytest.raises(AssertionError, match="a secret in the outputs"):
                examine(case)


def test_an_unexpected_exception_is_detected(monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception that is not the package's own is raised to the caller."""

    def stumble(*_: object, **__: object) -> None:
        raise OverflowError

    monkeypatch.setattr(response, "decode", stumble)
    with pytest.raises(OverflowError):
        examine(Case.of(HEAD + RUNNING))


def test_an_unescaped_row_is_detected(monkeypatch: pytest.MonkeyPatch) -> None:
    """If text from the API were shown unescaped, the fuzzer would find it."""
    answer = STATES["last_step_runs"]["answer"]
    steps = [{**step, "Name": "\x1b[31m"} for step in answer["StepDetails"]]
    case = Case.of(HEAD + as_body({**answer, "StepDetails": steps}))
    assert examine(case).progress
    monkeypatch.setattr(progress, "printable", lambda text, *_: text)
    with pytest.raises(AssertionError, match="cursor"):
        examine(case)
