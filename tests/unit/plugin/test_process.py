"""What the calls of the plugin's process share."""

import pytest
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
    process.configure(wire.read(struct({"secretId": "own"})), "own")
    stack = {"tencentcloud:allowedAccountIds": "[1]", "tencentcloud:secretId": "old", "tencentcloud:profile": "old"}
    expected = {"tencentcloud:allowedAccountIds": "[1]", "tencentcloud:secretId": "own"}
    assert process.config_with(stack) == expected


@pytest.mark.parametrize(
    ("name", "endpoint", "key"),
    [("default", "a", "old"), ("default_0_1_0", "a", "old"), ("default-cn", "b", "own"), ("cn", "b", "own")],
)
def test_a_start_knows_the_stacks_configuration_of_the_plugin(
    monkeypatch: pytest.MonkeyPatch, name: str, endpoint: str, key: str
) -> None:
    """The engine gives it to every plugin. A provider of the program counts before it; one of the engine doesn't."""
    monkeypatch.setenv("PULUMI_CONFIG", '{"endpoint": "a", "secretKey": "old", "securityToken": "old"}')
    process = Process()
    process.configure(wire.read(struct({"endpoint": "b", "secretKey": "own"})), name)
    assert process.config["tcsql-check:endpoint"] == endpoint
    assert process.config["tencentcloud:secretKey"] == key
    assert ("tencentcloud:securityToken" in process.config) is (key == "old")


def test_no_provider_takes_back_what_the_stack_requires() -> None:
    """A provider is a part of the program; the stack's setting is a rule for every program."""
    process = Process()
    process.configure(wire.read(struct({"requireFlow": "false"})), "own")
    key = "tcsql-check:requireFlow"
    assert process.config_with({key: "true"})[key] == "true"


@pytest.mark.parametrize("text", ["", "no JSON", "[]"])
def test_another_text_in_the_variable_is_no_configuration(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """What the engine doesn't give is missing."""
    monkeypatch.setenv("PULUMI_CONFIG", text)
    assert Process().config == {}
