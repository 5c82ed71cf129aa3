"""The automation guide's messages from the engine's events, also if the web hook fails."""

import json
import time
from typing import Any

import pytest
from harness.guide import module
from harness.scripted_server import Reply, ScriptedServer, answer, reset, silence
from pulumi.automation import EngineEvent

MESSAGES = module("automation", "messages")
OUTLETS = module("automation", "outlets")

GATE = "urn:pulumi:p::shop::pulumi-python:dynamic/tcsql:MigrationCheck::orders"
OTHER = "urn:pulumi:p::shop::random:index:Password::password"
SECRET = "hunter2"


def event(**parts: object) -> EngineEvent:
    """Make an event from the JSON that the engine sends."""
    return EngineEvent.from_json({"sequence": 1, "timestamp": 1, **parts})


def diagnostic(urn: str, severity: str, message: str) -> EngineEvent:
    """Make a diagnostic event, with the engine's colours."""
    text = f"<{{%reset%}}>{message}<{{%reset%}}>\n"
    return event(diagnosticEvent={"message": text, "color": "never", "severity": severity, "urn": urn})


def outputs(urn: str, op: str, **values: object) -> EngineEvent:
    """Make the event after a step."""
    kind = urn.split("::")[2]
    state = {"type": kind, "urn": urn, "id": "1", "parent": "", "provider": "", "inputs": values, "outputs": values}
    metadata = {"op": op, "urn": urn, "type": kind, "provider": "", "new": state}
    return event(resOutputsEvent={"metadata": metadata})


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (diagnostic(GATE, "info", "3/8 x: running, 1 s"), {"event": "progress", "text": "3/8 x: running, 1 s"}),
        (diagnostic(GATE, "info", ""), None),
        (diagnostic(GATE, "warning", "w"), {"event": "warning", "text": "w"}),
        (diagnostic(GATE, "error", "e"), {"event": "refused", "text": "e"}),
        (
            outputs(GATE, "read", status="passed", passed=True, current=8, total=8, steps=[SECRET]),
            {"event": "gate", "status": "passed", "passed": True, "current": 8, "total": 8},
        ),
    ],
)
def test_a_message_about_a_gate_has_the_gates_text(given: EngineEvent, message: dict[str, Any] | None) -> None:
    """It has neither the engine's colours nor the gate's other outputs."""
    assert MESSAGES.message_of(given) == (message and {"gate": "orders", **message})


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (diagnostic(OTHER, "error", SECRET), {"event": "error", "resource": "password"}),
        (diagnostic(OTHER, "warning", SECRET), None),
        (
            outputs(OTHER, "create", value=SECRET),
            {"event": "changed", "resource": "password", "operation": "create"},
        ),
        (outputs(OTHER, "same", value=SECRET), None),
        (outputs("urn:pulumi:p::shop::pulumi:providers:random::default", "create", value=SECRET), None),
        (event(preludeEvent={"config": {"shop:password": SECRET}}), None),
        (event(stdoutEvent={"message": SECRET, "color": "never"}), None),
        (event(diagnosticEvent={"message": SECRET, "color": "never", "severity": "error"}), None),
    ],
)
def test_a_message_about_another_resource_has_only_its_name(given: EngineEvent, message: dict[str, Any] | None) -> None:
    """No value, text or configuration reaches a pipeline's log or a web hook."""
    assert MESSAGES.message_of(given) == message


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        (answer("", status="500 No"), "HTTPError"),
        (answer("", status="302 Found", Location="/elsewhere"), "TooManyRedirects"),
        (reset, "ConnectionError"),
        (silence, "ReadTimeout"),
    ],
)
def test_a_failing_web_hook_fails_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], reply: Reply, problem: str
) -> None:
    """Every message is on stdout, the failure is on stderr without the hook's address, and the end comes in time."""
    monkeypatch.setattr(OUTLETS, "POST_SECONDS", 0.5)
    with ScriptedServer(reply) as hook:
        monkeypatch.setenv(OUTLETS.HOOK_VARIABLE, f"http://{hook.host}/a-secret-path")
        began = time.monotonic()
        with OUTLETS.Outlets() as outlets:
            outlets.tell({"event": "started"})
            outlets.tell({"event": "ended"})
            assert time.monotonic() - began < 0.5
        assert time.monotonic() - began < 5
        outlets._poster.join(5)
        seen = capsys.readouterr()
    assert [json.loads(line)["event"] for line in seen.out.splitlines()] == ["started", "ended"]
    assert f"the web hook did not take started: {problem}\n" in seen.err
    assert {request.line for request in hook.requests} == {"POST /a-secret-path HTTP/1.1"}
    assert "a-secret-path" not in seen.err
