"""Reads migration checks once or until they have passed; a single check is a group of one. It imports the SDK."""

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import msgspec

from pulumi_tcsql_check.clock import SystemClock
from pulumi_tcsql_check.config.check_inputs import CheckInputs
from pulumi_tcsql_check.config.stack_config import Stack
from pulumi_tcsql_check.credentials.session import Asking
from pulumi_tcsql_check.errors import ApiError, TcsqlCheckError, WaitCancelledError
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.messages.audience import PROGRAM
from pulumi_tcsql_check.messages.duration import span
from pulumi_tcsql_check.messages.errors import text_of
from pulumi_tcsql_check.messages.layout import Text
from pulumi_tcsql_check.model.flow import Evidence
from pulumi_tcsql_check.model.group import name_of
from pulumi_tcsql_check.polling import poller
from pulumi_tcsql_check.polling.check_flag_monitor import SecondOpinion
from pulumi_tcsql_check.polling.policy import PollPolicy
from pulumi_tcsql_check.polling.watch import Watch
from pulumi_tcsql_check.reading import connection
from pulumi_tcsql_check.reading.outputs import outputs_of
from pulumi_tcsql_check.reading.report import count_of, error_of, forecast_of, row_of, words_of

LOOK_SECONDS = 10.0
"""How long a preview or a refresh, which never wait for the verdict, retry transient errors."""

WORTH_A_WORD_SECONDS = 1.0
"""The shortest wait whose duration is shown: a check that had already passed only has its row."""


class Listener(Protocol):
    """Shows a read's progress to the user."""

    def show(self, text: Sentence) -> None:
        """Show a line until the next one."""

    def note(self, text: Sentence) -> None:
        """Show a permanent line."""

    def warn(self, text: Text) -> None:
        """Show a permanent warning."""


def read(props: Mapping[str, Any], stack: Stack, listener: Listener, cancelled: threading.Event) -> dict[str, Any]:
    """Read a gate, waiting on an up, and return its outputs; `props` has its inputs, or its outputs on a refresh."""
    inputs = CheckInputs.from_props(props)
    one = _Read(inputs, stack, listener, cancelled)
    try:
        if not inputs.enforce:
            seen = one.look_without_enforcing()
        elif inputs.wait:
            seen = one.wait()
        else:
            seen = one.look(is_preview=props.get("wait") is False)
    except ApiError as error:
        error.migrations = inputs.migrations
        raise
    return outputs_of(seen, inputs)


def look_policy(failed_statuses: tuple[int, ...]) -> PollPolicy:
    """Return the policy that queries each check once, and retries only transient errors."""
    return PollPolicy(LOOK_SECONDS, 0.0, failed_statuses, once=True)


class _Read:
    def __init__(self, inputs: CheckInputs, stack: Stack, listener: Listener, cancelled: threading.Event) -> None:
        self._inputs = inputs
        self._stack = stack
        self._listener = listener
        self._clock = SystemClock(cancelled)

    def wait(self) -> Sequence[Evidence | None]:
        inputs = self._inputs
        policy = PollPolicy(
            inputs.timeout_seconds, inputs.poll_interval_seconds, inputs.failed_statuses, inputs.ids_are_new
        )
        opinion = SecondOpinion(inputs.migrations, clock=self._clock, warn=self._warn)
        watches = self._watches(policy, opinion)
        self._poll(watches, row_of(watches, inputs, self._listener.show))
        if (took := self._clock.monotonic() - watches[0].began) >= WORTH_A_WORD_SECONDS:
            key = "has passed" if len(watches) == 1 else "have passed"
            self._listener.note(Sentence(key, checks=name_of(inputs.migrations), took=span(took)))
        return [watch.end for watch in watches]

    def look(self, *, is_preview: bool) -> Sequence[Evidence | None]:
        watches = self._watches(look_policy(self._inputs.failed_statuses))
        self._poll(watches, count_of(watches, self._listener.show))
        seen = [watch.end for watch in watches if watch.end is not None]
        self._listener.show(words_of(seen, self._inputs))
        words = forecast_of(seen, self._inputs)
        if words is not None and is_preview:
            self._listener.note(words)
        return seen

    def look_without_enforcing(self) -> Sequence[Evidence | None]:
        """Query each check exactly once, for a gate with `enforce=False`; no error fails it, except a cancel."""
        inputs = self._inputs
        seen: list[Evidence | None] = [None] * len(inputs.migrations)
        try:
            policy = msgspec.structs.replace(look_policy(inputs.failed_statuses), tries_again=False)
            watches = self._watches(policy)
            errors = poller.wait(
                watches, self._connect(), clock=self._clock, on_progress=lambda _: None, whatever_comes=True
            )
            seen = [watch.end for watch in watches]
            ended = error_of(watches, errors) if errors else None
            result = text_of(ended, PROGRAM) if ended else Text(words_of(seen, inputs))
        except WaitCancelledError:
            raise
        except TcsqlCheckError as error:
            result = text_of(error, PROGRAM)
        except Exception as error:  # noqa: BLE001  # `enforce=False` promises that nothing fails it
            result = Text(Sentence("nothing, by error", error=type(error).__name__))
        key = "one not enforced" if len(inputs.migrations) == 1 else "many not enforced"
        headline = Sentence(key, checks=name_of(inputs.migrations), words=result.headline)
        self._listener.warn(result._replace(headline=headline))
        return seen

    def _warn(self, sentence: Sentence) -> None:
        self._listener.warn(Text(sentence))

    def _poll(self, watches: Sequence[Watch], tell: Callable[[float], None]) -> None:
        errors = poller.wait(watches, self._connect(), clock=self._clock, on_progress=tell)
        if errors:
            raise error_of(watches, errors)

    def _watches(self, policy: PollPolicy, opinion: SecondOpinion | None = None) -> list[Watch]:
        began = self._clock.monotonic()
        return [
            Watch(migration, policy, began, self._inputs.flow_of(number), opinion)
            for number, migration in enumerate(self._inputs.migrations)
        ]

    def _connect(self) -> Callable[[], Asking]:
        """Choose the endpoint and the credentials within the wait's deadline."""
        return connection.connection(
            self._inputs.migrations,
            endpoint=self._inputs.endpoint,
            stack=self._stack,
            clock=self._clock,
            deadline=self._clock.monotonic() + self._inputs.timeout_seconds,
            warn=self._warn,
        )
