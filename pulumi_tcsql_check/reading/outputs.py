"""Builds the outputs of a gate, as they go into the state."""

from collections.abc import Collection, Sequence
from typing import Any

from pulumi_tcsql_check.config.check_inputs import CheckInputs
from pulumi_tcsql_check.model.flow import Evidence
from pulumi_tcsql_check.model.group import status_of
from pulumi_tcsql_check.model.progress import Migration


def outputs_of(seen: Sequence[Evidence | None], inputs: CheckInputs) -> dict[str, Any]:
    """Return the outputs, with all that a refresh needs to query again; a check without a response is None."""
    pairs = zip(inputs.migrations, seen, strict=True)
    checks = [result_of(one, known, inputs.failed_statuses) for one, known in pairs]
    outputs = _sum_of(checks) if inputs.is_group else checks[0]
    outputs |= {
        "region": inputs.region,
        "enforce": inputs.enforce,
        "failed_statuses": list(inputs.failed_statuses),
    }
    if flow_ids := [flow.flow_id for flow in inputs.flows if flow.flow_id is not None]:
        outputs |= {"flow_ids": flow_ids} if inputs.is_group else {"flow_id": flow_ids[0]}
    if inputs.endpoint is not None:
        outputs["endpoint"] = str(inputs.endpoint)
    return outputs


def _sum_of(checks: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {
        "total": sum(check["total"] for check in checks),
        "current": sum(check["current"] for check in checks),
        "passed": all(check["passed"] for check in checks),
        "status": status_of(check["status"] for check in checks),
        "checks": checks,
        "migrate_ids": [check["migrate_id"] for check in checks],
    }


def result_of(migration: Migration, seen: Evidence | None, failed_statuses: Collection[int]) -> dict[str, Any]:
    """Return one check by the names of the outputs; `seen` is None if there was no response."""
    progress = seen.progress if seen else None
    states = progress.step_states(failed_statuses) if progress else ()
    return {
        "total": progress.total if progress else 0,
        "current": progress.current if progress else 0,
        "steps": [
            {"name": step.name, "status": step.status, "state": state, "message": step.message}
            for step, state in zip(progress.steps if progress else (), states, strict=True)
        ],
        "passed": seen is not None and seen.passed,
        "status": seen.status(failed_statuses) if seen else "unknown",
        "migrate_id": migration.migrate_id,
    }
