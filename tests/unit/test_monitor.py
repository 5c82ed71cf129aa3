"""What the calls to the engine's resource monitor tell, and what becomes of a program whose update is over."""

import signal
from typing import Any

import grpc
import pytest

from pulumi_tcsql_check import ending, monitor


class Refusal(grpc.RpcError):
    """An error as gRPC's channel raises it."""

    def __init__(self, code: grpc.StatusCode) -> None:
        """Take the code."""
        self._code = code

    def code(self) -> grpc.StatusCode:
        """Return the code."""
        return self._code


class Monitor:
    """A monitor that answers every call with an error."""

    def __init__(self, error: Exception) -> None:
        """Take the error."""
        self._error = error

    def RegisterResource(self, _request: Any) -> None:  # noqa: ANN401, N802  # as the SDK has it
        """Raise it."""
        raise self._error

    ReadResource = RegisterResource


def observed(monkeypatch: pytest.MonkeyPatch, error: Exception) -> Any:  # noqa: ANN401  # the SDK's has no public type
    """Return a monitor that is observed."""
    broken = Monitor(error)
    monkeypatch.setattr(monitor, "get_monitor", lambda: broken)
    monitor.observe()
    return broken


@pytest.mark.parametrize("call", ["RegisterResource", "ReadResource"])
def test_a_program_whose_update_is_over_ends_without_a_word(monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    """Its exit code tells the language host that the user has seen why."""
    broken = observed(monkeypatch, Refusal(grpc.StatusCode.UNAVAILABLE))
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        ending.prepare()
        with pytest.raises(SystemExit) as ended:
            getattr(broken, call)(None)
    finally:
        signal.signal(signal.SIGINT, before)
    assert ended.value.code == 32


@pytest.mark.parametrize(
    "error", [Refusal(grpc.StatusCode.UNAVAILABLE), Refusal(grpc.StatusCode.UNKNOWN), grpc.RpcError(), ValueError()]
)
def test_every_other_error_is_the_sdks(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """So is an update that is over while the program runs inside another one, whose process goes on."""
    broken = observed(monkeypatch, error)
    with pytest.raises(type(error)) as raised:
        broken.ReadResource(None)
    assert raised.value is error


def test_an_error_of_a_prepared_program_that_says_nothing_of_the_update_is_the_sdks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Only "unavailable" means that the update is over."""
    broken = observed(monkeypatch, Refusal(grpc.StatusCode.UNKNOWN))
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        ending.prepare()
        with pytest.raises(grpc.RpcError):
            broken.ReadResource(None)
    finally:
        signal.signal(signal.SIGINT, before)


def test_nothing_is_registered_before_it_is_observed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a monitor there is nothing to know either."""
    monkeypatch.setattr(monitor, "get_monitor", lambda: None)
    monitor.observe()
    assert not monitor.has_registered("urn:pulumi:test::test::test:index:Group::above")
