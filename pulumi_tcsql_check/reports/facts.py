"""The facts of a report, as plain values: texts are English, printable, and free of secrets."""

from typing import Literal

import msgspec

from pulumi_tcsql_check.model.flow import FlowState
from pulumi_tcsql_check.model.statuses import Status, StepState

ReportVerdict = Literal["passed", "failed", "not-passed", "no-verdict", "cancelled"]
"""What a wait or a query ended with; `no-verdict` is an error, `not-passed` a deadline or a single query."""


class ErrorFacts(msgspec.Struct, frozen=True):
    """An error, by its code in the documentation and its sentence."""

    code: str
    sentence: str


class StepFacts(msgspec.Struct, frozen=True):
    """One step; `number` counts from 1, `status` is the raw code, and `message` says what the step checks."""

    number: int
    name: str
    state: StepState
    status: int
    message: str


class FlowFacts(msgspec.Struct, frozen=True):
    """The flow that had to succeed as well; `status` is the raw code, None before the first response."""

    flow_id: int | None
    state: FlowState
    status: int | None
    request_id: str


class CheckFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One check.

    Attributes:
        queried_at: When its last query began, in UTC; None if there was none.
        request_id: The id of the last request for its steps that got a response, or "".
    """

    migrate_id: int
    region: str
    verdict: ReportVerdict
    status: Status
    total: int
    current: int
    queried_at: str | None
    request_id: str
    steps: tuple[StepFacts, ...]
    flow: FlowFacts | None
    error: ErrorFacts | None


class GateFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The gate of a Pulumi program.

    Attributes:
        enforce: Whether the gate holds the update.
        reason: Why it doesn't, if the program gives a reason.
        started_at: When a start without triggers began the check, if there is one.
    """

    name: str
    stack: str
    project: str
    urn: str
    enforce: bool
    reason: str | None
    started_at: str | None


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """One wait or query of one or several checks of a region.

    Attributes:
        command: The command, None for a gate.
        gate: The gate, None for a command.
        error: What ended all of it, if it was an error.
        endpoint: The URL that was queried; None if the error came before it was chosen.
        account_id: The account, if it is known without another request.
        secret_id: The last four characters of the secret id, after three dots; None before the first request.
        credentials: The name of the secret id's source.
    """

    verdict: ReportVerdict
    command: str | None
    gate: GateFacts | None
    error: ErrorFacts | None
    began_at: str
    ended_at: str
    region: str
    endpoint: str | None
    account_id: str | None
    secret_id: str | None
    credentials: str | None
    version: str
    checks: tuple[CheckFacts, ...]
