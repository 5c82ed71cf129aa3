"""The behavior of Pulumi's SDK that `get_migration_check` relies on, at the oldest and the newest SDK."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pulumi_tcsql_check.emulator import DUMMY_SECRET_ID, DUMMY_SECRET_KEY, Emulator

PROGRAM = f"""
import asyncio, sys
import pulumi
from pulumi_tcsql_check import get_migration_check, get_migration_check_output

loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
pulumi.runtime.set_all_config({{
    "tcsql-check:endpoint": sys.argv[1],
    "tencentcloud:region": "ap-guangzhou",
    "tencentcloud:secretId": "{DUMMY_SECRET_ID}",
    "tencentcloud:secretKey": "{DUMMY_SECRET_KEY}",
}})

async def look():
    return await get_migration_check_output(pulumi.Output.from_input("1066")).future()

def show(seen):
    print(type(seen).__name__, seen.total, seen.status, [type(step).__name__ for step in seen.steps][:1])

show(get_migration_check(1066))
show(loop.run_until_complete(look()))

class Mocks(pulumi.runtime.Mocks):
    def new_resource(self, args):
        return args.name, args.inputs
    def call(self, args):
        step = dict(name="one", status=0, state="passed", message="")
        return dict(total=1, status=args.token, steps=[step])

pulumi.runtime.set_mocks(Mocks(), preview=False)
show(get_migration_check(1066))
show(loop.run_until_complete(look()))
"""


@pytest.mark.parametrize("sdk", ["oldest", "newest"])
def test_a_read_works_in_both_forms_with_and_without_mocks(tmp_path: Path, sdk: str) -> None:
    """It uses the stack's configuration, and returns typed results."""
    python = sys.executable if sdk == "newest" else f"{sys.prefix}-oldest/bin/python"
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("TENCENTCLOUD_", "TKE_"))}
    with Emulator("pass") as emulator:
        done = subprocess.run(
            [python, "-c", PROGRAM, emulator.url],
            env={**inherited, "HOME": str(tmp_path)},
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            text=True,
            timeout=60,
            check=True,
        )
    real = "MigrationCheckResult 8 passed ['Step']"
    mocked = "MigrationCheckResult 1 tcsql:index:getMigrationCheck ['Step']"
    assert done.stdout.splitlines() == [real, real, mocked, mocked]
