"""The package's wrapper of the resource monitor, and the end of a program whose update is over."""

from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from pulumi.runtime import settings

from pulumi_tcsql_check.program import monitor, shutdown


@pytest.fixture(autouse=True)
def _no_monitor() -> Iterator[None]:
    """Leave no monitor to other tests."""
    yield
    settings.reset_options()


class Refusal(grpc.RpcError):
    """An error as gRPC's channel raises it."""

    def __init__(self, code: grpc.StatusCode) -> None:
        """Use this code."""
        self._code = code

    def code(self) -> grpc.StatusCode:
        """Return the code."""
        return self._code


class Monitor:
    """A monitor that raises an error in every call."""

    def __init__(self, error: Exception) -> None:
        """Raise this error in every call."""
        self._error = error

    def RegisterResource(self, _request: Any) -> None:  # noqa: ANN401, N802  # as the SDK has it
        """Raise it."""
        raise self._error

    ReadResource = RegisterResourceOutputs = RegisterResource


def observed(error: Exception) -> Any:  # noqa: ANN401  # the SDK's monitor has no public type
    """Return a wrapped monitor."""
    settings.configure(settings.Settings("test", "test", monitor=Monitor(error)))
    monitor.observe()
    return settings.get_monitor()


@pytest.mark.parametrize("call", ["RegisterResource", "ReadResource", "RegisterResourceOutputs"])
def test_a_program_whose_update_is_over_ends_silently(monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    """The engine has reported the reason; the SDK doesn't get the error, which it would print."""
    broken = observed(Refusal(grpc.StatusCode.UNAVAILABLE))
    monkeypatch.setattr(shutdown, "end_with_the_update", lambda: pytest.fail("it ended"))
    with pytest.raises(pytest.fail.Exception, match="it ended"):
        getattr(broken, call)(None)


@pytest.mark.parametrize(
    "error", [Refusal(grpc.StatusCode.UNAVAILABLE), Refusal(grpc.StatusCode.UNKNOWN), grpc.RpcError(), ValueError()]
)
def test_every_other_error_reaches_the_sdk(error: Exception) -> None:
    """So does an update that is over in an inline program, whose process continues."""
    broken = observed(error)
    with pytest.raises(type(error)) as raised:
        broken.ReadResource(None)
    assert raised.value is error


def test_only_an_unavailable_engine_means_that_the_update_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any other error of gRPC belongs to the program."""
    broken = observed(Refusal(grpc.StatusCode.UNKNOWN))
    monkeypatch.setattr(shutdown, "end_with_the_update", lambda: pytest.fail("it ended"))
    with pytest.raises(grpc.RpcError):
        broken.ReadResource(None)


def test_without_a_wrapped_monitor_no_registration_is_known() -> None:
    """Without a monitor none is known either."""
    settings.reset_options()
    monitor.observe()
    assert not monitor.has_registered("urn:pulumi:test::test::test:index:Group::above")
