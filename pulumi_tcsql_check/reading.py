"""Reads migration checks: once, or until they have passed. It brings the SDK: only the provider and a look load it.

A gate of one check is a group of one here; what differs is what it gives back, and in which words.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import msgspec

from pulumi_tcsql_check import connecting, gate, host
from pulumi_tcsql_check.asking import Asking
from pulumi_tcsql_check.check_inputs import CheckInputs
from pulumi_tcsql_check.errors import ApiError, OutageError, TcsqlCheckError, WaitCancelledError
from pulumi_tcsql_check.flow import Evidence
from pulumi_tcsql_check.outputs import outputs_of
from pulumi_tcsql_check.policy import PollPolicy
from pulumi_tcsql_check.second_opinion import SecondOpinion
from pulumi_tcsql_check.span import span
from pulumi_tcsql_check.stack_config import StackConfig
from pulumi_tcsql_check.telling import count_of, error_of, forecast_of, row_of, words_of
from pulumi_tcsql_check.watch import Watch
from pulumi_tcsql_check.wave import name_of

LOOK_SECONDS = 10.0
"""How long a preview or a refresh, which never wait for the verdict, go on when a call fails in passing."""

WORTH_A_WORD_SECONDS = 1.0
"""From how long a wait on its end is told: a check that had passed before has nothing to tell but its row."""


class Listener(Protocol):
    """Who is told what a read is at."""

    def show(self, text: str) -> None:
        """Show a line until the next one."""

    def note(self, text: str) -> None:
        """Show a line that stays."""

    def warn(self, text: str) -> None:
        """Show a warning that stays."""


def read(props: Mapping[str, Any], config: StackConfig, listener: Listener) -> dict[str, Any]:
    """Read one check or a group, and wait for it where that was asked for.

    Args:
        props: The gate's inputs, or on a refresh its stored outputs.
        config: The stack's configuration.
        listener: Who is told what it is at.

    Returns:
        The outputs, as they go into the state.

    Raises:
        TcsqlCheckError: The gate stays shut; says why.
    """
    inputs = CheckInputs.from_props(props)
    try:
        return _read(inputs, config, listener, is_preview=props.get("wait") is False)
    except ApiError as error:
        if not isinstance(error, OutageError):  # which names it already
            error.args = (f"{name_of(inputs.migrations)}: {error}",)
        raise


def _read(inputs: CheckInputs, config: StackConfig, listener: Listener, *, is_preview: bool) -> dict[str, Any]:
    if not inputs.enforce:
        return outputs_of(_glance(inputs, config, listener), inputs)
    clock = gate.SystemClock(host.CANCELLED)
    if not inputs.wait:
        watches = _watches(inputs, look_policy(inputs.failed_statuses), clock)
        connect = _connection(inputs, config, listener, clock)
        _wait(watches, connect, clock, count_of(watches, listener.show))
        seen = _ends(watches)
        listener.show(words_of(seen, inputs))
        words = forecast_of(seen, inputs)
        if words and is_preview:
            listener.note(words)
        return outputs_of(seen, inputs)
    policy = PollPolicy(
        inputs.timeout_seconds, inputs.poll_interval_seconds, inputs.failed_statuses, inputs.ids_are_new
    )
    opinion = SecondOpinion(inputs.migrations, clock=clock, warn=listener.warn)
    watches = _watches(inputs, policy, clock, opinion)
    connect = _connection(inputs, config, listener, clock)
    _wait(watches, connect, clock, row_of(watches, inputs, listener.show))
    if (took := clock.monotonic() - watches[0].began) >= WORTH_A_WORD_SECONDS:
        have = "has" if len(watches) == 1 else "have"
        listener.note(f"{name_of(inputs.migrations)} {have} passed, after {span(took)}")
    return outputs_of(_ends(watches), inputs)


def _connection(
    inputs: CheckInputs, config: StackConfig, listener: Listener, clock: gate.SystemClock
) -> Callable[[], Asking]:
    """Find out whom to ask, and as whom, right after the wait has begun: its deadline bounds this as well."""
    return connecting.connection(
        inputs.migrations,
        endpoint=inputs.endpoint,
        config=config,
        project=host.project_name(config),
        keys=host.config_keys(config),
        clock=clock,
        cancelled=host.CANCELLED,
        deadline=clock.monotonic() + inputs.timeout_seconds,
        warn=listener.warn,
    )


def _watches(
    inputs: CheckInputs, policy: PollPolicy, clock: gate.SystemClock, opinion: SecondOpinion | None = None
) -> list[Watch]:
    began = clock.monotonic()
    return [
        Watch(migration, policy, began, inputs.flow_of(number), opinion)
        for number, migration in enumerate(inputs.migrations)
    ]


def look_policy(failed_statuses: tuple[int, ...]) -> PollPolicy:
    """Ask once about each check, and again only if a call failed in passing."""
    return PollPolicy(LOOK_SECONDS, 0.0, failed_statuses, once=True)


def _wait(
    watches: Sequence[Watch], connect: Callable[[], Asking], clock: gate.SystemClock, tell: Callable[[float], None]
) -> None:
    """Wait for all, and raise what kept any from its end."""
    errors = gate.wait(watches, connect, clock=clock, on_progress=tell)
    if errors:
        raise error_of(watches, errors)


def _ends(watches: Sequence[Watch]) -> list[Evidence]:
    return [watch.end for watch in watches if watch.end is not None]


def _glance(inputs: CheckInputs, config: StackConfig, listener: Listener) -> list[Evidence | None]:
    """Ask exactly once, for a gate that was told not to hold; nothing that the API says or doesn't say can fail it."""
    seen: list[Evidence | None] = [None] * len(inputs.migrations)
    try:
        clock = gate.SystemClock(host.CANCELLED)
        policy = msgspec.structs.replace(look_policy(inputs.failed_statuses), tries_again=False)
        watches = _watches(inputs, policy, clock)
        connect = _connection(inputs, config, listener, clock)
        errors = gate.wait(watches, connect, clock=clock, on_progress=lambda _: None, whatever_comes=True)
        seen = [watch.end for watch in watches]
        ended = error_of(watches, errors) if errors else None
        words = f"{ended}{ended.steps_seen}" if ended else words_of(seen, inputs)
    except WaitCancelledError:
        raise
    except TcsqlCheckError as error:
        words = str(error)
    except Exception as error:  # noqa: BLE001  # the promise is that nothing fails it
        words = f"nothing ({type(error).__name__})"
    holds, says = ("holds", "it says") if len(inputs.migrations) == 1 else ("hold", "they say")
    who = name_of(inputs.migrations)
    listener.warn(f"enforce is False: {who} {holds} nothing back, whatever {says}. {says.capitalize()}: {words}")
    return seen
