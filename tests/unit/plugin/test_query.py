"""The plugin's function, `getMigrationCheck`."""

from typing import Any

import grpc
import pytest
from harness.plugin_server import CALL_SECONDS, PluginServer, plain, secret, struct
from pulumi.runtime.proto import engine_pb2, provider_pb2

from pulumi_tcsql_check.emulator import DUMMY_SECRET_ID, DUMMY_SECRET_KEY, Emulator
from pulumi_tcsql_check.plugin import query


@pytest.fixture(autouse=True)
def _configured(plugin: PluginServer, emulator: Emulator) -> None:
    plugin.configure(endpoint=emulator.url, secretId=DUMMY_SECRET_ID, secretKey=DUMMY_SECRET_KEY)


def invoke(plugin: PluginServer, **arguments: object) -> dict[str, Any]:
    """Call the function, and return its result."""
    request = provider_pb2.InvokeRequest(tok=query.TOKEN, args=struct(arguments))
    return plain(getattr(plugin.stub.Invoke(request, timeout=CALL_SECONDS), "return"))


def test_a_failed_check_is_a_result(plugin: PluginServer) -> None:
    """It is queried once, without a gate; the endpoint's warning has no row."""
    seen = invoke(plugin, migrateId=2, region="ap-guangzhou")
    assert (seen["total"], seen["current"], seen["passed"], seen["status"]) == (8, 5, False, "failed")
    assert [step["status"] for step in seen["steps"]] == [0, 0, 0, -1, 1, -2, -2, -2]
    (warning,) = plugin.engine.logged
    assert (warning.severity, warning.urn) == (engine_pb2.WARNING, "")


def test_the_failed_statuses_are_those_of_the_account(plugin: PluginServer) -> None:
    """As of a gate."""
    assert invoke(plugin, migrateId=3, region="ap-guangzhou")["status"] == "running"
    assert invoke(plugin, migrateId=3, region="ap-guangzhou", failedStatuses=[1])["status"] == "failed"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"migrateId": 1}, "given here, as tcsql-check:region"),
        ({"migrateId": 0, "region": "x"}, "migrateId is 0.0, but must be a whole number"),
        ({"migrateId": secret("hunter2"), "region": "x"}, r"migrateId is '\[secret\]', but must be"),
        ({"migrateId": 1, "region": "x", "regoin": "y"}, "regoin is 'given', but must be left out"),
        ({"migrateId": 99, "region": "ap-guangzhou"}, "ResourceNotFound"),
    ],
)
def test_an_error_is_the_whole_text(plugin: PluginServer, arguments: dict[str, Any], words: str) -> None:
    """The engine prints it beside the call."""
    with pytest.raises(grpc.RpcError, match=words):
        invoke(plugin, **arguments)


def test_missing_keys_are_to_be_set_where_the_plugin_reads_them(
    plugin: PluginServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A function doesn't know the stack's `tencentcloud:secretId`."""
    for name in ("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    plugin.configure()
    with pytest.raises(grpc.RpcError, match="tcsql-check:secretId"):
        invoke(plugin, migrateId=1, region="ap-guangzhou")


def test_another_function_is_refused(plugin: PluginServer) -> None:
    """There is one."""
    with pytest.raises(grpc.RpcError, match="tcsql-check:index:other"):
        plugin.stub.Invoke(provider_pb2.InvokeRequest(tok="tcsql-check:index:other"), timeout=CALL_SECONDS)
