"""Turn the engine's events into messages for a pipeline, without values of resources.

Only gates' texts are passed on, since they never contain a key or token; for any other resource a message has its name,
and the CLI's own output has the reason.
"""

import re
from typing import Any

from endings import is_gate, parts_of
from pulumi.automation import DiagnosticEvent, EngineEvent, OpType, StepEventMetadata

Message = dict[str, Any]

CHANGES = {
    OpType.CREATE,
    OpType.UPDATE,
    OpType.DELETE,
    OpType.REPLACE,
    OpType.CREATE_REPLACEMENT,
    OpType.DELETE_REPLACED,
}

_ENGINES_OWN = ("pulumi:pulumi:", "pulumi:providers:")
"""The types that every stack has: the stack itself, and its default providers."""

_COLOUR = re.compile(r"<\{%.*?%\}>")
"""The engine's markup for colours."""


def message_of(event: EngineEvent) -> Message | None:
    """Return the message for an event, or None if a pipeline needs none."""
    if event.diagnostic_event is not None and event.diagnostic_event.urn:
        return _of_diagnostic(event.diagnostic_event, event.diagnostic_event.urn)
    if event.res_outputs_event is not None:
        return _of_step(event.res_outputs_event.metadata)
    return None


def _of_diagnostic(diagnostic: DiagnosticEvent, urn: str) -> Message | None:
    _, name = parts_of(urn)
    text = _COLOUR.sub("", diagnostic.message).strip()
    if not is_gate(urn):
        return {"event": "error", "resource": name} if diagnostic.severity == "error" else None
    if diagnostic.severity == "error":
        return {"event": "refused", "gate": name, "text": text}
    if diagnostic.severity == "warning":
        return {"event": "warning", "gate": name, "text": text}
    return {"event": "progress", "gate": name, "text": text} if text else None


def _of_step(step: StepEventMetadata) -> Message | None:
    kind, name = parts_of(step.urn)
    if kind.startswith(_ENGINES_OWN):
        return None
    if is_gate(step.urn):
        seen = (step.new.outputs if step.new else None) or {}
        keys = ("status", "passed", "current", "total")
        return {"event": "gate", "gate": name, **{key: seen.get(key) for key in keys}}
    return {"event": "changed", "resource": name, "operation": step.op.value} if step.op in CHANGES else None
