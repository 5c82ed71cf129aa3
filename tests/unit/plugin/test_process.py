"""What the calls of the plugin's process share."""

from harness.plugin_server import struct
from harness.servicer_context import Metadata, context_for

from pulumi_tcsql_check.plugin import wire
from pulumi_tcsql_check.plugin.process import Process


def test_a_refusal_after_the_end_of_its_call_ends_the_waits_at_once() -> None:
    """There is no response to wait for any more."""
    process = Process()
    process.end_other_waits("orders", context_for(Metadata(), lambda _: False))
    assert process.cancelled.is_set()
    assert not process.interrupted.is_set()
    assert process.refused() == "orders"


def test_a_cancelled_update_is_not_reported_as_refused() -> None:
    """The user has ended it, whatever fails afterwards."""
    process = Process()
    process.cancel()
    process.end_other_waits("orders", context_for(Metadata(), lambda _: False))
    assert process.refused() == ""


def test_the_allowed_accounts_of_the_stack_stay_with_a_provider_of_its_own_keys() -> None:
    """They limit who may send the requests, and don't say who does."""
    process = Process()
    process.configure(wire.read(struct({"secretId": "own"})), is_default=False)
    stack = {"tencentcloud:allowedAccountIds": "[1]", "tencentcloud:secretId": "old", "tencentcloud:profile": "old"}
    expected = {"tencentcloud:allowedAccountIds": "[1]", "tencentcloud:secretId": "own"}
    assert process.config_with(stack) == expected
