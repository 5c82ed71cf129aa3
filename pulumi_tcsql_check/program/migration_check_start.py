"""`MigrationCheckStart`: starts a migration check, so that a gate can wait for exactly that start."""

from collections.abc import Sequence
from typing import Any

import pulumi
from pulumi.dynamic import Resource

from pulumi_tcsql_check.config import validation
from pulumi_tcsql_check.errors import InvalidInputError
from pulumi_tcsql_check.program import refusal, shutdown
from pulumi_tcsql_check.program.stack import default_region, in_unit_test
from pulumi_tcsql_check.provider import MigrationCheckStartProvider

Trigger = str | int | bool


class MigrationCheckStart(Resource, module="tcsql", name="MigrationCheckStart"):
    """Starts the check of a migration, with `StartMigrationCheck`; a gate with `start=` waits for that start.

    The check is started when Pulumi creates the resource, and again when `triggers` change. A preview, a refresh and a
    destroy start nothing. Another migration or region replaces the resource.

    Example:
        Start the check once in each run of a pipeline, and wait for that start::

            start = MigrationCheckStart("orders", migrate_id=1066, triggers=[os.environ["GITHUB_RUN_ID"]])
            hold_stack(MigrationCheck("orders", start=start))

    Attributes:
        migrate_id: The migration's number.
        region: The migration's region.
        triggers: The triggers of the last start, as text.
        flow_id: The flow that runs the check (`FlowId`).
        endpoint: Where the start was sent, such as `https://sqlserver.tencentcloudapi.com`; its gate queries the same.
        started_at: When the API accepted the start, in UTC, such as `2026-01-31T22:04:05Z`, by this machine's clock.
    """

    migrate_id: pulumi.Output[int]
    region: pulumi.Output[str]
    triggers: pulumi.Output[Sequence[str]]
    flow_id: pulumi.Output[int]
    endpoint: pulumi.Output[str]
    started_at: pulumi.Output[str]

    def __init__(  # noqa: PLR0913  # one argument per input, all but one by name
        self,
        name: str,
        *,
        migrate_id: pulumi.Input[int | str],
        triggers: pulumi.Input[Sequence[pulumi.Input[Trigger]]],
        region: pulumi.Input[str] | None = None,
        endpoint: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the start.

        Args:
            name: The resource's name in the stack.
            migrate_id: The migration's number (`MigrateId`), from 1; digits as text are accepted.
            triggers: What starts the check again when it changes: strings, integers or booleans, such as the number of
                a pipeline's run and of its attempt; `[]` starts the check once. Not a time: it differs between a
                preview and the update.
            region: The migration's region; by default the stack's `tencentcloud:region`, then `TENCENTCLOUD_REGION`.
            endpoint: As of a gate, which uses the endpoint of its start by default.
            opts: As on any resource, but for `custom_timeouts`, `id`, `import_` and another provider.

        Raises:
            InvalidInputError: A plain value is outside its range, or `opts` has an unsupported option; also a
                `pulumi.RunError`. An output is validated once it is known.
        """
        refusal.accept_language()
        opts = opts or pulumi.ResourceOptions()
        refusal.refuse_options(opts, refusal.REFUSED_BY_START)
        given: dict[str, Any] = {
            "migrate_id": migrate_id,
            "region": region if region is not None else default_region(),
            "triggers": triggers,
            "endpoint": endpoint,
        }
        to_be_known = not pulumi.runtime.is_dry_run()
        declared = {key: refusal.accept(key, value, to_be_known=to_be_known) for key, value in given.items()}
        declared["migrate_id"] = refusal.as_valid(validation.migrate_id, declared["migrate_id"])
        declared["triggers"] = refusal.as_valid(_as_texts, declared["triggers"])
        if not in_unit_test():
            shutdown.prepare()
        super().__init__(MigrationCheckStartProvider(), name, {**declared, "flow_id": None, "started_at": None}, opts)
        self._declared = declared
        """The declared inputs. If an update leaves the resource out, its outputs differ from them."""

    @staticmethod
    def get(*_: object, **__: object) -> None:
        """Refuse: a start that exists can't be looked up, since the API has no such query."""
        raise refusal.InputError(InvalidInputError("get", "MigrationCheckStart", refusal.NO_GET))


def _as_texts(triggers: object) -> list[str]:
    return list(validation.triggers(triggers))
