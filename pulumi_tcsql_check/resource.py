"""`MigrationCheck` and `Step`: what a program writes."""

import os
from collections.abc import Iterator, Sequence
from typing import Any

import pulumi
from pulumi.dynamic import Resource
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.settings import get_monitor

from pulumi_tcsql_check import ending, inputs, refusal
from pulumi_tcsql_check.errors import InvalidInputError
from pulumi_tcsql_check.progress import StepState
from pulumi_tcsql_check.provider import MigrationCheckProvider
from pulumi_tcsql_check.stack_config import CONFIG_NAMESPACE

_REGION_VARIABLE = "TENCENTCLOUD_REGION"
_OUTPUTS = ("total", "current", "steps", "passed", "status")


@pulumi.output_type
class Step(dict[str, Any]):
    """One step of a migration check.

    Attributes:
        name: What the step is called, in English or Chinese, as the API gave it (`Name`).
        status: The raw code (`Status`); 0 is passed and -2 is not started, others are not published.
        state: `passed`, `not-started`, `failed`, `running` or `unknown`.
        message: What the step checks, as the API describes it (`Msg`); no cause of a failure.
    """

    name: str
    status: int
    state: str
    message: str

    def __init__(self, *, name: str, status: int, state: StepState, message: str) -> None:
        """Hold one step."""
        super().__init__(name=name, status=status, state=state, message=message)


class MigrationCheck(Resource, module="tcsql", name="MigrationCheck"):
    """A gate: it holds what depends on it until a TencentDB for SQL Server migration check has passed.

    It is read, never created: on every `pulumi up` it waits until each step has passed, and fails if one has failed or
    the time is up. On preview and refresh it asks once and never waits.

    Attributes:
        total: How many steps there are, 0 or more (`TotalStep`).
        current: The step that the check is at, from 1 (`CurrentStep`).
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
            migrate_id: The migration's number (`MigrateId`), from 1; text of digits will do.
            region: The migration's region; by default the stack's `tencentcloud:region`, then `TENCENTCLOUD_REGION`.
            timeout_seconds: The longest total wait, in seconds, greater than 0; 1800 by default.
            poll_interval_seconds: The pause between queries, 0.1 to 300 seconds; 2 by default.
            enforce: False breaks the glass: ask once, warn, and hold nothing. True by default.
            failed_statuses: Raw step codes that mean "failed" in your account; none by default.
            flow_id: The number of the flow (`FlowId`), from 1, that `StartMigrationCheck` returned: then that flow must
                have succeeded as well. None by default: a pass may be of an earlier start, since it has no date.
            endpoint: A bare host, `https://host[:port]`, or `http://` for a loopback address; by default the stack's
                `tcsql-check:endpoint`, then Tencent's host for the region.
            opts: As on any resource.

        Raises:
            InvalidInputError: A plain value is outside its range, or `opts` has what a gate can't have; it is a
                `pulumi.RunError` as well. What comes as an output is validated when it is known.
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
        wait = not pulumi.runtime.is_dry_run()
        from_outputs = [key for key, value in given.items() if not refusal.is_plain(value)]
        given = {key: refusal.accept(key, value, to_be_known=wait) for key, value in given.items()}
        given["migrate_id"] = _as_number(given["migrate_id"])
        refusal.refuse_options(opts)
        if not in_unit_test():
            ending.prepare()
        props = {**given, "wait": wait, "from_outputs": from_outputs, **dict.fromkeys(_OUTPUTS)}
        # An input that a preview can't know yet leaves the id unknown too, and then the engine reads nothing.
        late = [given[key] for key in from_outputs if key != "flow_id"]
        reads = pulumi.ResourceOptions(id=_resource_id(given["migrate_id"], given["region"], late))
        super().__init__(MigrationCheckProvider(), name, props, pulumi.ResourceOptions.merge(opts, reads))
        self._settled: pulumi.Output[Any] = self.urn
        """What `hold_stack` waits for; on an up, it fails unless the gate lets the program go on."""
        if wait and not in_unit_test():
            self._settled = guarded = ending.guard(name, self.passed, given["enforce"])
            # Else an apply on one of these would run behind a refusal, under --continue-on-error, and could create.
            mine = vars(self)
            mine.update({key: ending.behind(guarded, mine[key]) for key in ("id", "urn", *props)})
        self._needed = given | dict(_dependencies(opts or pulumi.ResourceOptions()))
        """What must be there before the check can be looked up, by its name."""


def in_unit_test() -> bool:
    """Tell whether the program runs under `pulumi.runtime.set_mocks`, where no provider reads anything."""
    return isinstance(get_monitor(), MockMonitor)


def _dependencies(opts: pulumi.ResourceOptions) -> Iterator[tuple[str, object]]:
    """Name what `opts` makes the gate wait for, each with what is there once it is."""
    given = opts.depends_on
    for one in given if isinstance(given, (list, tuple)) else [given]:
        if isinstance(one, pulumi.Resource):
            yield f"{one.pulumi_resource_name} (depends_on)", one.urn
        elif isinstance(one, pulumi.Output):
            yield "depends_on", one
    if opts.parent is not None:
        yield f"{opts.parent.pulumi_resource_name} (parent)", opts.parent.urn


def default_region() -> str:
    """Return the region that holds where the program gives none, or "" where there is none."""
    return pulumi.Config(CONFIG_NAMESPACE).get("region") or os.environ.get(_REGION_VARIABLE) or ""


def _resource_id(
    migrate_id: pulumi.Input[object], region: pulumi.Input[str], late: Sequence[pulumi.Input[object]]
) -> pulumi.Input[str]:
    """Compose `REGION/MIGRATE_ID`, once all that is late is known."""
    if late:
        return pulumi.Output.all(region, migrate_id, *late).apply(lambda known: f"{known[0]}/{known[1]}")
    return f"{region}/{migrate_id}"


def _as_number(migrate_id: pulumi.Input[object]) -> pulumi.Input[object]:
    """Make one number of text and number, so that both have one state; what is neither is left for `read` to refuse."""
    if isinstance(migrate_id, pulumi.Output):
        return migrate_id.apply(_as_number)
    try:
        return inputs.migrate_id(migrate_id)
    except InvalidInputError:
        return migrate_id
