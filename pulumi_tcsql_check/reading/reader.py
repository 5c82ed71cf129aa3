"""Reads migration checks once or until they have passed; a single check is a group of one. It imports the SDK."""

import os
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from pulumi_tcsql_check.clock import SystemClock
from pulumi_tcsql_check.config import endpoints
from pulumi_tcsql_check.config.check_inputs import CheckInputs
from pulumi_tcsql_check.config.stack_config import Stack
from pulumi_tcsql_check.credentials import connection
from pulumi_tcsql_check.credentials.connection import Connection
from pulumi_tcsql_check.errors import ApiError, InvalidInputError, TcsqlCheckError, WaitCancelledError
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.messages.audience import PROGRAM, Audience, of_gate
from pulumi_tcsql_check.messages.errors import text_of
from pulumi_tcsql_check.messages.layout import Field, Text
from pulumi_tcsql_check.messages.listener import Listener
from pulumi_tcsql_check.model.group import name_of
from pulumi_tcsql_check.polling import poller
from pulumi_tcsql_check.polling.watch import Watch
from pulumi_tcsql_check.reading import gate_report
from pulumi_tcsql_check.reading import watches as make_watches
from pulumi_tcsql_check.reading.gate_report import GateReport, Origin
from pulumi_tcsql_check.reading.outputs import outputs_of
from pulumi_tcsql_check.reading.report import count_of, dated, error_of, forecast_of, pass_after, row_of, words_of
from pulumi_tcsql_check.reports.collector import Collector

WORTH_A_WORD_SECONDS = 1.0
"""The shortest wait whose duration is shown: a check that had already passed only has its row, if it has no date."""


def read(  # noqa: PLR0913  # what a call brings
    props: Mapping[str, Any],
    stack: Stack,
    listener: Listener,
    cancelled: threading.Event,
    origin: Origin | None = None,
    *,
    audience: Audience = PROGRAM,
) -> dict[str, Any]:
    """Read a gate, waiting on an up, and return its outputs; `props` has its inputs, or its outputs on a refresh.

    On an up, `origin` names the gate in its report. The audience decides what a warning calls the inputs.
    """
    inputs = _with_endpoint(CheckInputs.from_props(props), stack)
    clock = SystemClock(cancelled)
    record = Collector(inputs.migrations, inputs.failed_statuses, clock)
    one = _Read(inputs, stack, listener, clock, record)
    with GateReport(gate_report.folder(props, os.environ), origin, inputs, record, one.warn).write_at_end():
        try:
            if not inputs.enforce:
                watches = one.query_without_enforcing(of_gate(props, audience), is_refresh="wait" not in props)
            elif inputs.wait:
                watches = one.wait()
            else:
                watches = one.query_once(is_preview=props.get("wait") is False)
        except ApiError as error:
            error.migrations = inputs.migrations
            raise
    return outputs_of([watch.end for watch in watches], inputs)


def _with_endpoint(inputs: CheckInputs, stack: Stack) -> CheckInputs:
    """Add the endpoint for commands; an invalid one is refused when the gate connects."""
    try:
        chosen = endpoints.choose(inputs.endpoint, stack.config, inputs.region)
    except InvalidInputError:
        return inputs
    return inputs.at(endpoints.option(chosen, inputs.region))


class _Read:
    """One read; each method returns the watches, whose `end` is the evidence for the outputs."""

    def __init__(
        self, inputs: CheckInputs, stack: Stack, listener: Listener, clock: SystemClock, record: Collector
    ) -> None:
        self._inputs = inputs
        self._stack = stack
        self._listener = listener
        self._clock = clock
        self._record = record

    def wait(self) -> list[Watch]:
        watches = self._record.watches = make_watches.for_a_wait(self._inputs, self._clock)
        on_progress = row_of(watches, self._inputs, self._listener.show)
        errors = make_watches.wait(watches, self._connect(), clock=self._clock, warn=self.warn, on_progress=on_progress)
        self._raise_any(watches, errors)
        took = self._clock.monotonic() - watches[0].began
        if took >= WORTH_A_WORD_SECONDS or self._inputs.started_at is not None:
            self._listener.note(Text(dated(pass_after(watches, took), self._inputs.started_at)))
        return watches

    def query_once(self, *, is_preview: bool) -> list[Watch]:
        watches = self._record.watches = make_watches.for_one_query(self._inputs, self._clock)
        on_progress = count_of(watches, self._listener.show)
        self._raise_any(
            watches, poller.wait(watches, self._connect().session, clock=self._clock, on_progress=on_progress)
        )
        self._listener.show(dated(words_of(watches, self._inputs), self._inputs.started_at))
        words = forecast_of(watches, self._inputs)
        if words is not None and is_preview:
            self._listener.note(Text(words))
        return watches

    def query_without_enforcing(self, audience: Audience, *, is_refresh: bool) -> list[Watch]:
        """Query each check exactly once, for a gate with `enforce=False`; no error fails it, except a cancel.

        The warning has the reason, or asks for one. A refresh doesn't know it: it is no output.
        """
        record = self._record
        watches = record.watches = make_watches.for_one_query(self._inputs, self._clock, retries=False)
        try:
            record.errors = poller.wait(
                watches, self._connect().session, clock=self._clock, on_progress=lambda _: None, stop_at_failure=False
            )
            record.error = ended = error_of(watches, record.errors) if record.errors else None
            result = text_of(ended, audience) if ended else Text(words_of(watches, self._inputs))
        except WaitCancelledError:
            raise
        except TcsqlCheckError as error:
            record.error = error
            result = text_of(error, audience)
        except Exception as error:  # noqa: BLE001  # `enforce=False` promises that nothing fails it
            record.error = error
            result = Text(Sentence("nothing, by error", error=type(error).__name__))
        key = "one not enforced" if len(watches) == 1 else "many not enforced"
        headline = Sentence(key, checks=name_of(self._inputs.migrations), words=result.headline)
        reason = Field("reason", self._inputs.reason or Sentence("no reason given"))
        fields = result.fields if is_refresh else [*result.fields, reason]
        self._listener.warn(result._replace(headline=headline, fields=fields))
        return watches

    def warn(self, sentence: Sentence) -> None:
        self._listener.warn(Text(sentence))

    def _raise_any(self, watches: Sequence[Watch], errors: dict[Watch, TcsqlCheckError]) -> None:
        self._record.errors = errors
        if errors:
            raise error_of(watches, errors)

    def _connect(self) -> Connection:
        made = connection.choose(self._inputs, self._stack, clock=self._clock, warn=self.warn)
        for endpoint in self._inputs.start_endpoints:
            if endpoint != str(made.endpoint):  # there the number of the flow would be another flow's
                raise InvalidInputError("start", endpoint, Sentence("a start at", endpoint=made.endpoint))
        self._record.connection = made
        return made
