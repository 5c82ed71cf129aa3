"""A local endpoint that speaks the API of TencentDB for SQL Server: for rehearsal, examples and tests.

Start it as a program, `python -m pulumi_tcsql_check.emulator`, or inside one with `Emulator`. It plays a `Scenario`,
made of the frames in `pulumi_tcsql_check.emulator.scenario`. It has two accounts with migrations of their own:
`ACCOUNT_ID` signs with `DUMMY_SECRET_ID` and `DUMMY_SECRET_KEY`, unless other `Keys` are given, and `OTHER_ACCOUNT_ID`
with `OTHER_SECRET_ID` and `OTHER_SECRET_KEY`. These dummies are public and open nothing else.
"""

from pulumi_tcsql_check.emulator.accounts import (
    ACCOUNT_ID,
    DUMMY_SECRET_ID,
    DUMMY_SECRET_KEY,
    OTHER_ACCOUNT_ID,
    OTHER_SECRET_ID,
    OTHER_SECRET_KEY,
    Keys,
)
from pulumi_tcsql_check.emulator.loading import ScenarioError, built_in_names, load, parse
from pulumi_tcsql_check.emulator.playback import Clock, ManualClock
from pulumi_tcsql_check.emulator.scenario import Scenario
from pulumi_tcsql_check.emulator.server import Emulator

__all__ = [
    "ACCOUNT_ID",
    "DUMMY_SECRET_ID",
    "DUMMY_SECRET_KEY",
    "OTHER_ACCOUNT_ID",
    "OTHER_SECRET_ID",
    "OTHER_SECRET_KEY",
    "Clock",
    "Emulator",
    "Keys",
    "ManualClock",
    "Scenario",
    "ScenarioError",
    "built_in_names",
    "load",
    "parse",
]
