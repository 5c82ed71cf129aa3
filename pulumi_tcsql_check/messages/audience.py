"""In whose words an error tells what to do next: those of a Pulumi program, or those of the command.

An error knows what went wrong, and not who reads it. So whoever is at the outermost edge of a process says so once;
what says nothing speaks to the one who runs `pulumi up`. Everything here is pure but for that one choice.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple


class Voice(NamedTuple):
    """How things are called by the one who reads.

    Attributes:
        again: What to run again.
        timeout: What bounds the wait.
        flow_id: What the flow's number is given as.
        failed_status: What teaches a code; `{code}` stands for it.
        credentials: How to set credentials, as a sentence.
        elsewhere: Where to take out what can't be honoured, and what to do instead; `{it}` stands for what.
        has_stack: Whether there is a stack whose configuration counts.
    """

    again: str
    timeout: str
    flow_id: str
    failed_status: str
    credentials: str
    elsewhere: str
    has_stack: bool


PROGRAM = Voice(
    again="`pulumi up`",
    timeout="timeout_seconds",
    flow_id="flow_id",
    failed_status="failed_statuses=[{code}]",
    credentials="Set them with `pulumi config set --secret tencentcloud:secretId` and `pulumi config set --secret "
    "tencentcloud:secretKey`, or as TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY.",
    elsewhere="Take {it} out of this stack's configuration or environment, or give the gate a stack of its own with "
    "credentials of its own.",
    has_stack=True,
)

COMMAND = Voice(
    again="`tcsql-check wait`",
    timeout="--timeout-seconds",
    flow_id="--flow-id",
    failed_status="--failed-status {code}",
    credentials="Set them as TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY.",
    elsewhere="Take {it} out of the environment.",
    has_stack=False,
)

_in_use = [PROGRAM]


def current() -> Voice:
    """Return the words of the one who reads."""
    return _in_use[-1]


@contextmanager
def speaking(voice: Voice) -> Iterator[None]:
    """Speak so in this process, all its threads included, for as long as the block lasts."""
    _in_use.append(voice)
    try:
        yield
    finally:
        _in_use.pop()
