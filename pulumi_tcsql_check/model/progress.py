"""The response about the steps of a check, and the verdict. Pure.

Tencent publishes two step codes only, 0 (passed) and -2 (not started). Nothing is guessed from any other code, and it
never passes.
"""

from collections.abc import Collection
from typing import Annotated, Literal, NamedTuple

import msgspec

from pulumi_tcsql_check.languages.sentence import Sentence, Words
from pulumi_tcsql_check.model.remedies import remedy_for
from pulumi_tcsql_check.model.statuses import NOT_STARTED, PASSED, Status, StepState
from pulumi_tcsql_check.text import printable

Verdict = Literal["passed", "failed", "waiting"]

_LARGEST = 2**63 - 1

Integer = Annotated[int, msgspec.Meta(ge=-_LARGEST - 1, le=_LARGEST)]
"""The API's `Integer`: 64 bits with a sign, as in Tencent's SDKs (`long` in the one for .NET, for `StepDetail.Status`).

A larger one could neither be written into the state, where numbers are floating, nor shown in a row.
"""

_Count = Annotated[int, msgspec.Meta(ge=0, le=_LARGEST)]


class Migration(msgspec.Struct, frozen=True):
    """A migration, by its number and region.

    Attributes:
        endpoint: The endpoint for commands about it; empty if it is the default of the region.
    """

    migrate_id: int
    region: str
    endpoint: str = ""

    @property
    def sentence(self) -> Sentence:
        """The check's name in a text."""
        return Sentence("check", migrate_id=self.migrate_id, region=self.region)

    def __str__(self) -> str:
        """Return the check's name in an English text."""
        return str(self.sentence)


class StepDetail(msgspec.Struct, frozen=True, rename={"name": "Name", "status": "Status", "message": "Msg"}):
    """One step as the API lists it; `message` says what the step checks, never why it failed."""

    name: str
    status: Integer
    message: str


class Progress(
    msgspec.Struct,
    frozen=True,
    rename={"total": "TotalStep", "current": "CurrentStep", "steps": "StepDetails", "request_id": "RequestId"},
):
    """One response of `QueryMigrationCheckProcess`, decoded strictly; `current` counts from 1."""

    total: _Count
    current: _Count
    steps: tuple[StepDetail, ...]
    request_id: str

    @property
    def passed(self) -> bool:
        """Whether this response alone proves that every step passed."""
        return (
            self.total >= 1
            and len(self.steps) == self.total
            and all(step.status == PASSED for step in self.steps)
            and self.current == self.total
        )

    @property
    def steps_passed(self) -> int:
        """How many steps have passed."""
        return sum(step.status == PASSED for step in self.steps)

    def step_states(self, failed_statuses: Collection[int] = ()) -> tuple[StepState, ...]:
        """Return the state of each step, in the order of `steps`."""
        return tuple(
            _step_state(step.status, number - self.current, failed_statuses)
            for number, step in enumerate(self.steps, start=1)
        )

    def status(self, failed_statuses: Collection[int] = ()) -> Status:
        """Return the status by this one response; only `passed` opens a gate."""
        if self.passed:
            return "passed"
        states = self.step_states(failed_statuses)
        if "failed" in states:
            return "failed"
        if not states or len(states) != self.total or self.current > self.total or "unknown" in states:
            return "unknown"
        if all(state == "not-started" for state in states):
            return "not-started"
        return "running"


def _step_state(code: int, ahead: int, failed_statuses: Collection[int]) -> StepState:
    if code == PASSED:
        return "passed"
    if code == NOT_STARTED:
        return "not-started"
    if code in failed_statuses or ahead < 0:
        return "failed"
    return "running" if ahead == 0 else "unknown"


def failed_steps(
    progress: Progress, failed_statuses: Collection[int] = (), previous: Progress | None = None
) -> tuple[int, ...]:
    """List the steps, counted from 1, that have failed beyond doubt.

    A step has failed if its code is in `failed_statuses`. A step before the current one, with any other code than 0 and
    -2, has failed if the previous poll saw it the same: one response alone may have been read between two writes.
    """
    taught = {number for number, step in enumerate(progress.steps, start=1) if step.status in failed_statuses}
    left_behind = _left_behind(progress).items() & (_left_behind(previous).items() if previous else set())
    return tuple(sorted(taught | {number for number, _ in left_behind}))


def _left_behind(progress: Progress) -> dict[int, int]:
    """Map each step before the current one that is neither passed nor not started to its code."""
    return {
        number: step.status
        for number, step in enumerate(progress.steps, start=1)
        if number < progress.current and step.status not in (PASSED, NOT_STARTED)
    }


def judge(progress: Progress, failed_statuses: Collection[int] = (), previous: Progress | None = None) -> Verdict:
    """Return the verdict: `passed` and `failed` are final, `waiting` is everything else."""
    if progress.passed:
        return "passed"
    return "failed" if failed_steps(progress, failed_statuses, previous) else "waiting"


class Place(NamedTuple):
    """Where a check stands.

    Attributes:
        position: The step in focus and the number of steps, such as `4/8`; "" if no step is.
        words: The step and its state, such as `Character set check: running`.
    """

    position: str
    words: Sentence

    @property
    def sentence(self) -> Sentence:
        """Both, such as `4/8 Character set check: running`."""
        return Sentence("place", position=self.position, words=self.words) if self.position else self.words


def place_of(progress: Progress, failed_statuses: Collection[int] = ()) -> Place:
    """Return where a check stands: its failed step, else its current one."""
    states = progress.step_states(failed_statuses)
    number = _step_in_focus(progress, states)
    if number is None:
        return Place(f"{progress.current}/{progress.total}", state_name(progress.status(failed_statuses)))
    step, state = progress.steps[number - 1], states[number - 1]
    words = Sentence("step in state", step=title(step.name), state=state_name(state))
    if state in ("failed", "unknown"):
        words = Sentence("with status", words=words, status=step.status)
    return Place(f"{number}/{progress.total}", words)


def state_name(state: Status | StepState) -> Sentence:
    """Return the name of a step's state or of a check's status in a text."""
    return Sentence(f"state {state}")


def _step_in_focus(progress: Progress, states: tuple[StepState, ...]) -> int | None:
    """Return the step, counted from 1, that matters to a reader: a failed one, else the current one."""
    if "failed" in states:
        return states.index("failed") + 1
    return progress.current if 1 <= progress.current <= len(states) else None


def title(step_name: str) -> Words:
    """Return a step's name in a text: that of a published step is written in the reader's language."""
    remedy = remedy_for(step_name)
    return remedy.title if remedy is not None else printable(step_name)
