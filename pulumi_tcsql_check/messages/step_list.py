"""All steps of a check, a line for each, as they stand below the sentence of a refusal."""

from collections.abc import Collection

from pulumi_tcsql_check.model.progress import Progress, title
from pulumi_tcsql_check.model.statuses import StepState

MOST_LINES = 20
"""How many steps are listed at most; the published example has 8."""

MARKS: dict[StepState, str] = {"passed": "✓", "failed": "✗", "running": "▸", "not-started": "·", "unknown": "?"}
"""What stands for a state where there is no room for the word."""


def step_list(progress: Progress, failed: Collection[int] = (), failed_statuses: Collection[int] = ()) -> str:
    """List the steps with a mark each, and the raw code of those that are neither passed nor not started.

    Args:
        progress: The answer.
        failed: The steps, counted from 1, that have failed beyond doubt.
        failed_statuses: Raw codes that mean "failed" in this account.

    Returns:
        The lines, each with a line break before it; "" where there are no steps.
    """
    lines = []
    states = progress.step_states(failed_statuses)
    for number, (step, state) in enumerate(zip(progress.steps, states, strict=True), start=1):
        seen: StepState = "failed" if number in failed else state
        words = "" if seen == "passed" else f": {seen.replace('-', ' ')}"
        code = "" if seen in ("passed", "not-started") else f" (status {step.status})"
        lines.append(f"\n  {MARKS[seen]} {number} {title(step.name)}{words}{code}")
    more = len(lines) - MOST_LINES
    return "".join(lines[:MOST_LINES]) + (f"\n  ... and {more} more" if more > 0 else "")
