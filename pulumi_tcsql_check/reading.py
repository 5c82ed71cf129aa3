"""Reads one migration check: once, or until it has passed. It brings the SDK: only the provider and a look load it."""

from collections.abc import Mapping
from typing import Any

from pulumi_tcsql_check import connecting, gate, host
from pulumi_tcsql_check.asking import Asking
from pulumi_tcsql_check.errors import ApiError, OutageError, TcsqlCheckError, WaitCancelledError
from pulumi_tcsql_check.flow import Evidence
from pulumi_tcsql_check.inputs import CheckInputs
from pulumi_tcsql_check.second_opinion import SecondOpinion
from pulumi_tcsql_check.span import span
from pulumi_tcsql_check.stack_config import StackConfig
from pulumi_tcsql_check.status_line import StatusLine, forecast, words_for
from pulumi_tcsql_check.watch import PollPolicy, Watch

LOOK_SECONDS = 10.0
"""How long a preview or a refresh, which never wait for the verdict, go on when a call fails in passing."""

WORTH_A_WORD_SECONDS = 1.0
"""From how long a wait on its end is told: a check that had passed before has nothing to tell but its row."""


def read(props: Mapping[str, Any], config: StackConfig, call: host.Call) -> dict[str, Any]:
    """Read one check, and wait for it where that was asked for.

    Args:
        props: The gate's inputs, or on a refresh its stored outputs.
        config: The stack's configuration.
        call: Where to tell the engine.

    Returns:
        The outputs, as they go into the state.

    Raises:
        TcsqlCheckError: The gate stays shut; says why.
    """
    inputs = CheckInputs.from_props(props)
    try:
        return _read(inputs, config, call, is_preview=props.get("wait") is False)
    except ApiError as error:
        if not isinstance(error, OutageError):  # which names it already
            error.args = (f"{inputs.migration}: {error}",)
        raise


def _read(inputs: CheckInputs, config: StackConfig, call: host.Call, *, is_preview: bool) -> dict[str, Any]:
    if not inputs.enforce:
        return _outputs(_glance(inputs, config, call), inputs)
    api, clock = _connect(inputs, config, call)
    if not inputs.wait:
        seen = _look(inputs, api, clock)
        call.show(words_for(inputs.migration, seen, inputs.failed_statuses))
        words = forecast(inputs.migration, seen, inputs.timeout_seconds, inputs.failed_statuses)
        if words and is_preview:
            call.note(words)
        return _outputs(seen, inputs)
    began = clock.monotonic()
    line = StatusLine(call.show, inputs.migration, inputs.timeout_seconds, inputs.failed_statuses)
    policy = PollPolicy(
        inputs.timeout_seconds, inputs.poll_interval_seconds, inputs.failed_statuses, inputs.migrate_id_is_new
    )
    who = str(inputs.migration)
    opinion = SecondOpinion(who, (inputs.migration.migrate_id,), clock=clock, warn=call.warn)
    watch = Watch(inputs.migration, policy, began, inputs.flow, opinion)
    seen = gate.wait_for(watch, api, clock=clock, on_progress=line.update)
    if (took := clock.monotonic() - began) >= WORTH_A_WORD_SECONDS:
        call.note(f"{inputs.migration} has passed, after {span(took)}")
    return _outputs(seen, inputs)


def _connect(inputs: CheckInputs, config: StackConfig, call: host.Call) -> tuple[Asking, gate.SystemClock]:
    """Find out whom to ask, and as whom."""
    clock = gate.SystemClock(host.CANCELLED)
    connect = connecting.connection(
        str(inputs.migration),
        region=inputs.migration.region,
        endpoint=inputs.endpoint,
        config=config,
        keys=host.config_keys(config),
        clock=clock,
        cancelled=host.CANCELLED,
        warn=call.warn,
    )
    return connect(), clock


def _ask(inputs: CheckInputs, api: Asking, deadline: float) -> Evidence:
    """Ask for the flow, if there is one, and then for the steps: in this order, as a wait does."""
    flow = api.follow(inputs.flow, deadline) if inputs.flow is not None else None
    return Evidence(api.query(inputs.migration, deadline), flow)


def _look(inputs: CheckInputs, api: Asking, clock: gate.SystemClock) -> Evidence:
    """Ask once, and again only if a call failed in passing."""
    watch = Watch(inputs.migration, PollPolicy(LOOK_SECONDS, 0.0, once=True), clock.monotonic(), inputs.flow)
    return gate.wait_for(watch, api, clock=clock, on_progress=lambda _: None)


def _glance(inputs: CheckInputs, config: StackConfig, call: host.Call) -> Evidence | None:
    """Ask exactly once, for a gate that was told not to hold; nothing that the API says or doesn't say can fail it."""
    seen = None
    try:
        api, clock = _connect(inputs, config, call)
        seen = _ask(inputs, api, clock.monotonic() + LOOK_SECONDS)
    except WaitCancelledError:
        raise
    except TcsqlCheckError as error:
        words = str(error)
    except Exception as error:  # noqa: BLE001  # the promise is that nothing fails it
        words = f"nothing ({type(error).__name__})"
    else:
        words = words_for(inputs.migration, seen, inputs.failed_statuses)
    call.warn(f"enforce is False: {inputs.migration} holds nothing back, whatever it says. It says: {words}")
    return seen


def _outputs(seen: Evidence | None, inputs: CheckInputs) -> dict[str, Any]:
    """Build the outputs; those that a refresh needs to ask the same question again are among them."""
    codes = inputs.failed_statuses
    progress = seen.progress if seen else None
    states = progress.step_states(codes) if progress else ()
    outputs: dict[str, Any] = {
        "total": progress.total if progress else 0,
        "current": progress.current if progress else 0,
        "steps": [
            {"name": step.name, "status": step.status, "state": state, "message": step.message}
            for step, state in zip(progress.steps if progress else (), states, strict=True)
        ],
        "passed": seen is not None and seen.passed,
        "status": seen.status(codes) if seen else "unknown",
        "migrate_id": inputs.migration.migrate_id,
        "region": inputs.migration.region,
        "enforce": inputs.enforce,
        "failed_statuses": list(codes),
    }
    if inputs.flow is not None and inputs.flow.flow_id is not None:
        outputs["flow_id"] = inputs.flow.flow_id
    if inputs.endpoint is not None:
        outputs["endpoint"] = str(inputs.endpoint)
    return outputs
