"""The results of a check, as a program gets them from a gate or a query."""

from collections.abc import Sequence
from typing import Any

import pulumi

from pulumi_tcsql_check.model.statuses import Status, StepState


@pulumi.output_type
class Step(dict[str, Any]):
    """One step of a migration check.

    Example:
        Export the state of each step::

            seen = get_migration_check(1066, "ap-guangzhou")
            pulumi.export("steps", [f"{step.name}: {step.state}" for step in seen.steps])

    Attributes:
        name: The step's name in English or Chinese, as the API returns it (`Name`).
        status: The raw code (`Status`); 0 is passed and -2 is not started, others are undocumented.
        state: `passed`, `not-started`, `failed`, `running` or `unknown`.
        message: What the step checks, as the API describes it (`Msg`); not why it failed.
    """

    name: str
    status: int
    state: str
    message: str

    def __init__(self, *, name: str, status: int, state: StepState, message: str) -> None:
        """Store the step."""
        super().__init__(name=name, status=status, state=state, message=message)


@pulumi.output_type
class CheckResult(dict[str, Any]):
    """One check of a group.

    Example:
        Export the numbers of the migrations whose checks have not passed::

            wave = MigrationCheckGroup("wave-2", migrate_ids=[1066, 1067], region="ap-guangzhou", enforce=False)
            late = wave.checks.apply(lambda checks: [one.migrate_id for one in checks or [] if not one.passed])
            pulumi.export("late", late)

    Attributes:
        migrate_id: The migration's number.
        total: How many steps there are, 0 or more (`TotalStep`).
        current: The current step, from 1 (`CurrentStep`).
        steps: All steps, in order (`StepDetails`).
        passed: Whether every step has passed.
        status: `passed`, `running`, `failed`, `not-started` or `unknown`.
    """

    migrate_id: int
    total: int
    current: int
    steps: Sequence[Step]
    passed: bool
    status: str

    def __init__(  # noqa: PLR0913  # one argument per field, all by name
        self, *, migrate_id: int, total: int, current: int, steps: Sequence[Step], passed: bool, status: Status
    ) -> None:
        """Store the check."""
        super().__init__(migrate_id=migrate_id, total=total, current=current, steps=steps, passed=passed, status=status)


@pulumi.output_type
class MigrationCheckResult(dict[str, Any]):
    """The result of one query of a migration check.

    Example:
        Tell a check that has not been started from one that runs::

            seen = get_migration_check(1066, "ap-guangzhou")
            pulumi.export("started", seen.status != "not-started")

    Attributes:
        total: How many steps there are, 0 or more (`TotalStep`).
        current: The current step, from 1 (`CurrentStep`).
        steps: All steps, in order (`StepDetails`).
        passed: Whether every step had passed.
        status: `passed`, `running`, `failed`, `not-started` or `unknown`.
        migrate_id: The migration's number.
        region: The migration's region.
    """

    total: int
    current: int
    steps: Sequence[Step]
    passed: bool
    status: str
    migrate_id: int
    region: str

    def __init__(  # noqa: PLR0913  # one argument per field, all by name
        self,
        *,
        total: int,
        current: int,
        steps: Sequence[Step],
        passed: bool,
        status: Status,
        migrate_id: int,
        region: str,
    ) -> None:
        """Store the result."""
        super().__init__(
            total=total,
            current=current,
            steps=steps,
            passed=passed,
            status=status,
            migrate_id=migrate_id,
            region=region,
        )
