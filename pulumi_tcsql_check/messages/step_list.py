"""The steps of a check, one on each line."""

from collections.abc import Collection

from pulumi_tcsql_check.languages.sentence import Sentence, Words
from pulumi_tcsql_check.messages.layout import listed
from pulumi_tcsql_check.model.progress import Progress, state_name, title
from pulumi_tcsql_check.model.statuses import StepState

MARKS: dict[StepState, str] = {"passed": "✓", "failed": "✗", "running": "▸", "not-started": "·", "unknown": "?"}
"""The symbol of each state."""


def step_list(progress: Progress, failed: Collection[int] = (), failed_statuses: Collection[int] = ()) -> list[Words]:
    """List the steps with their marks, and the raw code of each that is neither passed nor not started.

    `failed` has the steps, counted from 1, that have certainly failed.
    """
    lines: list[Words] = []
    states = progress.step_states(failed_statuses)
    for number, (step, state) in enumerate(zip(progress.steps, states, strict=True), start=1):
        seen: StepState = "failed" if number in failed else state
        words = title(step.name)
        if seen != "passed":
            words = Sentence("step in state", step=words, state=state_name(seen))
        if seen not in ("passed", "not-started"):
            words = Sentence("with status", words=words, status=step.status)
        lines.append(Sentence("item", mark=MARKS[seen], number=number, words=words))
    return listed(lines)
