"""Tests the program without an engine, without Tencent Cloud, and without its stack's configuration: run `pytest`."""

import asyncio
import os
from typing import Any

import pulumi


class MyMocks(pulumi.runtime.Mocks):
    """Mocks of the engine: every resource gets an id, and its inputs become its outputs."""

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        """Return the id and the outputs."""
        return args.name + "_id", args.inputs

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[str, Any], None]:
        """Return the result of a provider's function; the program calls none."""
        raise NotImplementedError(args.token)


os.environ["RUN_ID"] = "7-2"
asyncio.set_event_loop(asyncio.new_event_loop())  # Python 3.14 creates no event loop by itself, and the mocks need one
pulumi.runtime.set_mocks(MyMocks(), project="${PROJECT}", preview=False)
pulumi.runtime.set_all_config(
    {
        "${PROJECT}:migrateId": "1066",
        "${PROJECT}:database": "orders-new.example",
        "tencentcloud:region": "ap-guangzhou",
    }
)

from infra import check, start, switch  # noqa: E402  # the program comes after the mocks


@pulumi.runtime.test
def test_the_gate_asks_about_the_right_migration() -> pulumi.Output[None]:
    """The number and the region are those of the configuration."""

    def compare(values: list[Any]) -> None:
        assert values == [1066, "ap-guangzhou"]

    return pulumi.Output.all(check.migrate_id, check.region).apply(compare)


@pulumi.runtime.test
def test_each_run_starts_the_check() -> pulumi.Output[None]:
    """The run's id triggers the start, so the pass of an earlier run doesn't open the gate."""

    def compare(triggers: list[str]) -> None:
        assert triggers == ["7-2"]

    return start.triggers.apply(compare)


@pulumi.runtime.test
def test_the_application_moves_to_the_new_database() -> pulumi.Output[None]:
    """The resource behind the gate gets the new address."""

    def compare(database: str) -> None:
        assert database == "orders-new.example"

    return switch.database.apply(compare)
