"""The status of a flow, and what it adds to a response about the steps. Pure.

A response about the steps has no date: a pass may be of an earlier start. A flow belongs to one start
(`StartMigrationCheck` returns its number), so until it has succeeded, neither a pass nor a failure of the steps counts.
It can hold or fail, never open.
"""

from collections.abc import Collection
from typing import Literal

import msgspec

from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.model.progress import Place, Progress, place_of
from pulumi_tcsql_check.model.statuses import Status

SUCCEEDED, FAILED, RUNNING = 0, 1, 2
"""The published codes of a flow (API page of `DescribeFlowStatus`, `Status`); what any other means, nobody has said."""


FlowState = Literal["succeeded", "failed", "running", "unknown"]


class Flow(msgspec.Struct, frozen=True):
    """One flow, with its last response.

    Attributes:
        flow_id: None in a preview that doesn't know it yet.
        code: Its status; None before the first query.
        request_id: The id of the request.
    """

    flow_id: int | None
    code: int | None = None
    request_id: str = ""

    @property
    def succeeded(self) -> bool:
        """Whether the flow has succeeded."""
        return self.code == SUCCEEDED

    @property
    def failed(self) -> bool:
        """Whether the flow has failed."""
        return self.code == FAILED

    @property
    def state(self) -> FlowState:
        """The published meaning of its status."""
        if self.succeeded:
            return "succeeded"
        return "failed" if self.failed else "running" if self.code == RUNNING else "unknown"

    @property
    def sentence(self) -> Sentence:
        """The flow's name in a text, with its code if that is not published."""
        if self.flow_id is None:
            return Sentence("unknown flow")
        name = Sentence("flow", flow_id=self.flow_id)
        is_published = self.code in {None, SUCCEEDED, FAILED, RUNNING}
        return name if is_published else Sentence("with status", words=name, status=self.code)


class Evidence(msgspec.Struct, frozen=True):
    """A response about the steps, with the flow's response before it."""

    progress: Progress
    flow: Flow | None = None

    @property
    def is_of_this_start(self) -> bool:
        """Whether the steps belong to the start that is waited for; without a flow, any start counts."""
        return self.flow is None or self.flow.succeeded

    @property
    def passed(self) -> bool:
        """Whether the steps and the flow have passed."""
        return self.progress.passed and self.is_of_this_start

    def status(self, failed_statuses: Collection[int] = ()) -> Status:
        """Return the status; only `passed` opens a gate."""
        status = self.progress.status(failed_statuses)
        if self.flow is None or self.flow.succeeded:
            return status
        if self.flow.failed:
            return "failed"
        if status in ("passed", "failed"):
            return "running" if self.flow.code == RUNNING else "unknown"
        return status

    def place(self, failed_statuses: Collection[int] = ()) -> Place:
        """Return where the check stands: at a step, or at the flow where only that is missing."""
        place = place_of(self.progress, failed_statuses)
        if self.flow is None or self.flow.succeeded:
            return place
        if self.flow.failed:
            has_failed = Sentence("flow has failed", flow=self.flow.sentence)
            return Place("", Sentence("and then", first=has_failed, then=place.sentence))
        waiting = Sentence("waiting for flow", flow=self.flow.sentence)
        status = self.progress.status(failed_statuses)
        if status == "passed":
            return Place("", waiting)
        return (
            place._replace(words=Sentence("and then", first=place.words, then=waiting)) if status == "failed" else place
        )
