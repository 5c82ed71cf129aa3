"""What a gate gives back to the engine: its outputs, as they go into the state."""

from collections.abc import Sequence
from typing import Any

from pulumi_tcsql_check.check_inputs import CheckInputs
from pulumi_tcsql_check.flow import Evidence
from pulumi_tcsql_check.progress import Migration
from pulumi_tcsql_check.wave import status_of


def outputs_of(seen: Sequence[Evidence | None], inputs: CheckInputs) -> dict[str, Any]:
    """Build the outputs; those that a refresh needs to ask the same question again are among them.

    Args:
        seen: What is known of each check, in their order; None where nothing is.
        inputs: What was asked for.
    """
    flow_ids = [flow.flow_id for flow in inputs.flows if flow.flow_id is not None]
    outputs = _group(seen, inputs, flow_ids) if inputs.is_group else _single(seen[0], inputs, flow_ids)
    outputs |= {
        "region": inputs.region,
        "enforce": inputs.enforce,
        "failed_statuses": list(inputs.failed_statuses),
    }
    if inputs.endpoint is not None:
        outputs["endpoint"] = str(inputs.endpoint)
    return outputs


def _single(seen: Evidence | None, inputs: CheckInputs, flow_ids: list[int]) -> dict[str, Any]:
    return _result(inputs.migrations[0], seen, inputs) | ({"flow_id": flow_ids[0]} if flow_ids else {})


def _group(seen: Sequence[Evidence | None], inputs: CheckInputs, flow_ids: list[int]) -> dict[str, Any]:
    checks = [_result(one, known, inputs) for one, known in zip(inputs.migrations, seen, strict=True)]
    return {
        "total": sum(check["total"] for check in checks),
        "current": sum(check["current"] for check in checks),
        "passed": all(check["passed"] for check in checks),
        "status": status_of(check["status"] for check in checks),
        "checks": checks,
        "migrate_ids": [one.migrate_id for one in inputs.migrations],
    } | ({"flow_ids": flow_ids} if flow_ids else {})


def _result(migration: Migration, seen: Evidence | None, inputs: CheckInputs) -> dict[str, Any]:
    """Say what is known of one check."""
    progress = seen.progress if seen else None
    states = progress.step_states(inputs.failed_statuses) if progress else ()
    return {
        "total": progress.total if progress else 0,
        "current": progress.current if progress else 0,
        "steps": [
            {"name": step.name, "status": step.status, "state": state, "message": step.message}
            for step, state in zip(progress.steps if progress else (), states, strict=True)
        ],
        "passed": seen is not None and seen.passed,
        "status": seen.status(inputs.failed_statuses) if seen else "unknown",
        "migrate_id": migration.migrate_id,
    }
