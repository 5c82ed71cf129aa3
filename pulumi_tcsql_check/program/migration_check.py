"""`MigrationCheck` and `MigrationCheckGroup`: the gate of one check, and of several."""

from collections.abc import Sequence
from typing import Any

import pulumi

from pulumi_tcsql_check.program import starts as from_starts
from pulumi_tcsql_check.program.gate import Gate
from pulumi_tcsql_check.program.migration_check_start import MigrationCheckStart
from pulumi_tcsql_check.program.results import CheckResult, Step
from pulumi_tcsql_check.program.stack import default_region


class MigrationCheck(Gate, module="tcsql", name="MigrationCheck"):
    """A gate: it holds its dependents until a TencentDB for SQL Server migration check has passed.

    Pulumi reads it and never creates it. Every `pulumi up` waits until each step has passed, and fails if a step has
    failed or the wait times out. A preview or refresh queries once and never waits.

    Example:
        Hold everything that the program declares below the gate::

            check = MigrationCheck("orders", migrate_id=1066, region="ap-guangzhou")
            hold_stack(check)

        Wait for at most an hour::

            check = MigrationCheck("orders", migrate_id=1066, timeout_seconds=3600)

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
        migrate_id: pulumi.Input[int | str] | None = None,
        start: MigrationCheckStart | None = None,
        region: pulumi.Input[str] | None = None,
        timeout_seconds: pulumi.Input[float] | None = None,
        poll_interval_seconds: pulumi.Input[float] | None = None,
        enforce: pulumi.Input[bool] | None = None,
        reason: pulumi.Input[str] | None = None,
        failed_statuses: pulumi.Input[Sequence[int]] | None = None,
        flow_id: pulumi.Input[int] | None = None,
        endpoint: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the gate.

        Args:
            name: The resource's name in the stack.
            migrate_id: The migration's number (`MigrateId`), from 1; digits as text are accepted. Required without a
                `start`.
            start: The start of the check, in place of `migrate_id`, `region` and `flow_id`: that start must pass.
            region: The migration's region; by default the stack's `tencentcloud:region`, then `TENCENTCLOUD_REGION`.
            timeout_seconds: The longest total wait, in seconds, greater than 0; 1800 by default.
            poll_interval_seconds: The pause between queries, 0.1 to 300 seconds; 2 by default.
            enforce: False disables the gate: query once, warn, and hold nothing. True by default.
            reason: Why `enforce` is False, in one line of 1 to 200 characters, for the warning; none by default.
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
            "region": region,
            "timeout_seconds": timeout_seconds,
            "poll_interval_seconds": poll_interval_seconds,
            "enforce": enforce,
            "reason": reason,
            "failed_statuses": failed_statuses,
            "flow_id": flow_id,
            "endpoint": endpoint,
        }
        if start is not None:
            given |= from_starts.inputs_of(start, given)
        if given["region"] is None:
            given["region"] = default_region()
        outputs = ("total", "current", "steps", "passed", "status")
        super().__init__(name, given, outputs, opts, [start] if start is not None else ())


class MigrationCheckGroup(Gate, module="tcsql", name="MigrationCheckGroup"):
    """A gate for a group: it holds its dependents until every migration check in it has passed.

    It works as `MigrationCheck` does, with three differences: it polls all checks together, within the same 10 requests
    a second; it fails as soon as one check has failed, and lists every failed one; it passes once all have passed.

    Example:
        Hold everything below until three checks have passed::

            wave = MigrationCheckGroup("wave-1", migrate_ids=[1066, 1067, 1093], region="ap-guangzhou")
            hold_stack(wave)

    Attributes:
        total: How many steps all checks have together.
        current: The sum of the checks' current steps.
        passed: Whether every check has passed.
        status: `passed` if all have, `failed` if any has, else `unknown`, `running` or `not-started`.
        checks: The checks, in the order of `migrate_ids`.
        migrate_ids: The migrations' numbers.
        region: The migrations' region.
    """

    total: pulumi.Output[int]
    current: pulumi.Output[int]
    passed: pulumi.Output[bool]
    status: pulumi.Output[str]
    checks: pulumi.Output[Sequence[CheckResult]]
    migrate_ids: pulumi.Output[Sequence[int]]
    region: pulumi.Output[str]

    def __init__(  # noqa: PLR0913  # one argument per input, all but one by name
        self,
        name: str,
        *,
        migrate_ids: pulumi.Input[Sequence[pulumi.Input[int | str]]] | None = None,
        starts: Sequence[MigrationCheckStart] | None = None,
        region: pulumi.Input[str] | None = None,
        timeout_seconds: pulumi.Input[float] | None = None,
        poll_interval_seconds: pulumi.Input[float] | None = None,
        enforce: pulumi.Input[bool] | None = None,
        reason: pulumi.Input[str] | None = None,
        failed_statuses: pulumi.Input[Sequence[int]] | None = None,
        flow_ids: pulumi.Input[Sequence[pulumi.Input[int]]] | None = None,
        endpoint: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the gate.

        Args:
            name: The resource's name in the stack.
            migrate_ids: The migrations' numbers (`MigrateId`), 1 to 1000 without duplicates; each from 1, digits as
                text are accepted. The list or any number in it may be an output. Required without `starts`.
            starts: The starts of the checks, in place of `migrate_ids`, `region` and `flow_ids`: they must all pass.
            region: The region of all of them; by default the stack's `tencentcloud:region`, then `TENCENTCLOUD_REGION`.
            timeout_seconds: The longest total wait, in seconds, greater than 0; 1800 by default.
            poll_interval_seconds: The shortest pause between two queries for the same migration, 0.1 to 300 seconds; 2
                by default. With more than 20 migrations the limit of 10 queries a second makes it longer.
            enforce: False disables the gate: query each once, warn, and hold nothing. True by default.
            reason: Why `enforce` is False, in one line of 1 to 200 characters, for the warning; none by default.
            failed_statuses: Raw step codes that mean "failed" in your account; none by default.
            flow_ids: The flows' numbers (`FlowId`) that `StartMigrationCheck` returned, one per migration in the same
                order; those flows must have succeeded as well. None by default.
            endpoint: A bare host, `https://host[:port]`, or `http://` for a loopback address; by default the stack's
                `tcsql-check:endpoint`, then Tencent's host for the region.
            opts: As on any resource.

        Raises:
            InvalidInputError: A plain value is outside its range, or `opts` has an unsupported option; also a
                `pulumi.RunError`. An output is validated once it is known.
        """
        given: dict[str, Any] = {
            "migrate_ids": migrate_ids,
            "region": region,
            "timeout_seconds": timeout_seconds,
            "poll_interval_seconds": poll_interval_seconds,
            "enforce": enforce,
            "reason": reason,
            "failed_statuses": failed_statuses,
            "flow_ids": flow_ids,
            "endpoint": endpoint,
        }
        if starts is not None:
            given |= from_starts.inputs_of_group(starts, given)
        if given["region"] is None:
            given["region"] = default_region()
        super().__init__(name, given, ("total", "current", "passed", "status", "checks"), opts, starts or ())
