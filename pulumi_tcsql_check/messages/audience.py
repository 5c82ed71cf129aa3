"""Wording for the two audiences: Pulumi programs and the command line."""

from typing import NamedTuple


class Audience(NamedTuple):
    """What things are called by the one who reads.

    Attributes:
        again: The command to run again.
        timeout: What bounds the wait.
        flow_id: What the flow's number is given as.
        failed_status: What teaches a code; `{code}` stands for it.
        credentials: How to set credentials, as a sentence.
        elsewhere: Where to remove a setting that is not honoured; `{it}` stands for the setting.
    """

    again: str
    timeout: str
    flow_id: str
    failed_status: str
    credentials: str
    elsewhere: str


PROGRAM = Audience(
    again="pulumi up",
    timeout="timeout_seconds",
    flow_id="flow_id",
    failed_status="failed_statuses=[{code}]",
    credentials="Set them with `pulumi config set --secret tencentcloud:secretId` and `pulumi config set --secret "
    "tencentcloud:secretKey`, or as TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY.",
    elsewhere="Take {it} out of this stack's configuration or environment, or give the gate a stack of its own with "
    "credentials of its own.",
)

COMMAND = Audience(
    again="tcsql-check wait",
    timeout="--timeout-seconds",
    flow_id="--flow-id",
    failed_status="--failed-status {code}",
    credentials="Set them as TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY.",
    elsewhere="Take {it} out of the environment.",
)
