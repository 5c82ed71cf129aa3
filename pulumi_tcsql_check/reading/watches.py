"""Makes the watches of a read, one for each check, with how long to wait for it; and waits for them."""

from collections.abc import Callable, Sequence

from pulumi_tcsql_check.clock import Clock
from pulumi_tcsql_check.config.check_inputs import CheckInputs
from pulumi_tcsql_check.credentials.connection import Connection
from pulumi_tcsql_check.errors import TcsqlCheckError
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.polling import flag_reader, poller
from pulumi_tcsql_check.polling.policy import PollPolicy
from pulumi_tcsql_check.polling.watch import Watch

ONCE_SECONDS = 10.0
"""How long a read that doesn't wait for the verdict retries transient errors, in seconds."""


def for_a_wait(inputs: CheckInputs, clock: Clock) -> list[Watch]:
    """Return watches that wait for the verdicts."""
    policy = PollPolicy(
        inputs.timeout_seconds, inputs.poll_interval_seconds, inputs.failed_statuses, inputs.ids_are_new
    )
    return _watches(inputs, policy, clock)


def wait(
    watches: Sequence[Watch],
    made: Connection,
    *,
    clock: Clock,
    warn: Callable[[Sentence], None],
    on_progress: Callable[[float], None],
) -> dict[Watch, TcsqlCheckError]:
    """Wait until every check has ended, and return the errors of those that didn't pass; raises as `poller.wait`."""
    migrations = [watch.migration for watch in watches]
    with flag_reader.shared(made.scope, migrations, clock=clock, warn=warn) as reader:
        return poller.wait(watches, made.session, clock=clock, on_progress=on_progress, reader=reader)


def for_one_query(inputs: CheckInputs, clock: Clock, *, retries: bool = True) -> list[Watch]:
    """Return watches that query each check once; without `retries`, a transient error is the result."""
    policy = PollPolicy(ONCE_SECONDS, 0.0, inputs.failed_statuses, once=True, retries=retries)
    return _watches(inputs, policy, clock)


def _watches(inputs: CheckInputs, policy: PollPolicy, clock: Clock) -> list[Watch]:
    began = clock.monotonic()
    flows = inputs.flows or (None,) * len(inputs.migrations)
    return [Watch(migration, policy, began, flow) for migration, flow in zip(inputs.migrations, flows, strict=True)]
