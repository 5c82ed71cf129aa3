"""`MigrationCheck` and `Step`: the gate of one check."""

from collections.abc import Sequence
from typing import Any

import pulumi

from pulumi_tcsql_check.model.statuses import StepState
from pulumi_tcsql_check.program.gate import Gate, default_region

_OUTPUTS = ("total", "current", "steps", "passed", "status")


@pulumi.output_type
class Step(dict[str, Any]):
    """One step of a migration check.

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


class MigrationCheck(Gate, module="tcsql", name="MigrationCheck"):
    """A gate: it holds its dependents until a TencentDB for SQL Server migration check has passed.

    Pulumi reads it and never creates it. Every `pulumi up` waits until each step has passed, and fails if a step has
    failed or the wait times out. A preview or refresh queries once and never waits.

    Attributes:
        total: How many steps there are, 0 or more (`TotalStep`).
        current: The current step, from 1 (`CurrentStep`).
        steps: All steps, in order (`StepDetails`).
        passed: Whether every step has passed.
        status: `passed`, `running`, `failed`, `not-started` or `unknown`.
        migrate_id: The migration's number.
        region: The migration's region.
    """

    total: pulumi.Output[int]
    current: pulumi.Output[int]
    steps: pulumi.Output[Sequence[Step]]
    passed: pulumi.Output[bool]
    status: pulumi.Output[str]
    migrate_id: pulumi.Output[int]
    region: pulumi.Output[str]

    def __init__(  # noqa: PLR0913  # one argument per input, all but one by name
        self,
        name: str,
        *,
        migrate_id: pulumi.Input[int | str],
        region: pulumi.Input[str] | None = None,
        timeout_seconds: pulumi.Input[float] | None = None,
        poll_interval_seconds: pulumi.Input[float] | None = None,
        enforce: pulumi.Input[bool] | None = None,
        failed_statuses: pulumi.Input[Sequence[int]] | None = None,
        flow_id: pulumi.Input[int] | None = None,
        endpoint: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the gate.

        Args:
            name: The resource's name in the stack.
            migrate_id: The migration's number (`MigrateId`), from 1; digits as text are accepted.
            region: The migration's region; by default the stack's `tencentcloud:region`, then `TENCENTCLOUD_REGION`.
            timeout_seconds: The longest total wait, in seconds, greater than 0; 1800 by default.
            poll_interval_seconds: The pause between queries, 0.1 to 300 seconds; 2 by default.
            enforce: False breaks the glass: query once, warn, and hold nothing. True by default.
            failed_statuses: Raw step codes that mean "failed" in your account; none by default.
            flow_id: The flow's number (`FlowId`), from 1, that `StartMigrationCheck` returned; that flow must have
                succeeded as well. None by default: then a pass may be of an earlier start, since it has no date.
            endpoint: A bare host, `https://host[:port]`, or `http://` for a loopback address; by default the stack's
                `tcsql-check:endpoint`, then Tencent's host for the region.
            opts: As on any resource.

        Raises:
            InvalidInputError: A plain value is outside its range, or `opts` has an unsupported option; also a
                `pulumi.RunError`. An output is validated once it is known.
        """
        given: dict[str, Any] = {
            "migrate_id": migrate_id,
            "region": region if region is not None else default_region(),
            "timeout_seconds": timeout_seconds,
            "poll_interval_seconds": poll_interval_seconds,
            "enforce": enforce,
            "failed_statuses": failed_statuses,
            "flow_id": flow_id,
            "endpoint": endpoint,
        }
        super().__init__(name, given, _OUTPUTS, opts)
