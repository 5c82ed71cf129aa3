"""Reports for tests: made from a wait with given responses, or read from a file."""

import json
from pathlib import Path
from typing import Any

from harness.fake_clock import FakeClock
from pulumi_tcsql_check.errors import TcsqlCheckError
from pulumi_tcsql_check.model.credentials import Caller
from pulumi_tcsql_check.model.endpoint import Endpoint
from pulumi_tcsql_check.model.flow import Evidence, Flow
from pulumi_tcsql_check.model.progress import Migration, Progress
from pulumi_tcsql_check.polling.policy import PollPolicy
from pulumi_tcsql_check.polling.watch import Watch
from pulumi_tcsql_check.reports.collector import Collector
from pulumi_tcsql_check.reports.facts import GateFacts

GATE = GateFacts(
    name="orders",
    stack="dev",
    project="shop",
    urn="urn:pulumi:dev::shop::t::orders",
    enforce=True,
    reason=None,
    started_at=None,
)


class Connected:
    """A connection whose caller's account is known."""

    endpoint = Endpoint("https", "sqlserver.tencentcloudapi.com")
    caller = Caller("...Q7Z9", "the environment", "100000000001")


def collector(count: int = 1) -> Collector:
    """Make a collector for checks that have no responses yet."""
    clock = FakeClock(now=0.0)
    migrations = [Migration(1066 + number, "ap-guangzhou") for number in range(count)]
    record = Collector(migrations, (), clock)
    record.connection = Connected()
    record.watches = [Watch(migration, PollPolicy(10.0, 1.0, ()), 0.0) for migration in migrations]
    clock.advance(5)
    return record


def answered(
    progress: Progress, *, flow: Flow | None = None, error: TcsqlCheckError | None = None, is_over: bool = True
) -> Collector:
    """Make a collector for one check, with its responses 2 s after the begin and its error."""
    record = collector()
    (watch,) = record.watches
    watch.polled_at, watch.progress, watch.flow = 2.0, progress, flow
    watch.end = Evidence(progress, flow) if is_over and error is None else None
    record.errors = {watch: error} if error is not None else {}
    return record


def read_report(path: Path) -> dict[str, Any]:
    """Read a report in JSON."""
    report: dict[str, Any] = json.loads(path.read_text(encoding="ascii"))
    return report
