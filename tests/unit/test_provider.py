"""The provider, called as Pulumi's host calls it."""

import base64
import gc
import pickle
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from harness.error_texts import in_one_line
from pulumi.dynamic import Config, ConfigureRequest
from pulumi.dynamic.dynamic import serialize_provider
from pulumi.runtime import rpc

import pulumi_tcsql_check
from pulumi_tcsql_check.dynamic_host import host
from pulumi_tcsql_check.errors import CredentialsError, WaitCancelledError
from pulumi_tcsql_check.messages.audience import PROGRAM
from pulumi_tcsql_check.messages.errors import text_of
from pulumi_tcsql_check.provider import MigrationCheckProvider, MigrationCheckStartProvider
from pulumi_tcsql_check.reading import reader
from pulumi_tcsql_check.starting import resource

SERIALIZED = {
    4: "gASVWAAAAAAAAACMG3B1bHVtaV90Y3NxbF9jaGVjay5wcm92aWRlcpSMFk1p"
    "Z3JhdGlvbkNoZWNrUHJvdmlkZXKUk5QpgZR9lIwFbm9uY2WUjAxvZiBhbiB1cGRhdGWUc2Iu",
    5: "gAWVWAAAAAAAAACMG3B1bHVtaV90Y3NxbF9jaGVjay5wcm92aWRlcpSMFk1p"
    "Z3JhdGlvbkNoZWNrUHJvdmlkZXKUk5QpgZR9lIwFbm9uY2WUjAxvZiBhbiB1cGRhdGWUc2Iu",
}
"""The pickled provider by protocol, which is 5 from Python 3.14 on."""

SERIALIZED_START = {
    4: "gASVQgAAAAAAAACMG3B1bHVtaV90Y3NxbF9jaGVjay5wcm92aWRlcpSMG01pZ3JhdGlvbkNoZWNrU3RhcnRQcm92aWRlcpSTlCmBlC4=",
    5: "gAWVQgAAAAAAAACMG3B1bHVtaV90Y3NxbF9jaGVjay5wcm92aWRlcpSMG01pZ3JhdGlvbkNoZWNrU3RhcnRQcm92aWRlcpSTlCmBlC4=",
}

WITHOUT_NONCE = "gASVPQAAAAAAAACMG3B1bHVtaV90Y3NxbF9jaGVjay5wcm92aWRlcpSMFk1pZ3JhdGlvbkNoZWNrUHJvdmlkZXKUk5QpgZQu"


class Call:
    """A call that records the engine's error text, and whether it was flushed."""

    urn = ""
    context = None

    def __init__(self) -> None:
        """Start with no text."""
        self.sentence = ""
        self.is_flushed = False

    def show(self, text: str) -> None:
        """Drop a line."""

    def note(self, text: str) -> None:
        """Drop a line that stays."""

    def warn(self, text: str) -> None:
        """Drop a warning."""

    def flush(self) -> None:
        """Record the flush."""
        self.is_flushed = True

    def fail(self, sentence: str) -> None:
        """Record the text."""
        self.sentence = sentence


@pytest.fixture(autouse=True)
def not_cancelled() -> Iterator[None]:
    """Start and leave each test with an update that isn't cancelled."""
    host.CANCELLED.clear()
    yield
    host.CANCELLED.clear()
    host.INTERRUPTED.clear()
    host._refused.clear()


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch) -> Call:
    """Make this the provider's current call."""
    call = Call()
    monkeypatch.setattr("pulumi_tcsql_check.dynamic_host.call.current_call", lambda: call)
    return call


@pytest.fixture
def provider() -> MigrationCheckProvider:
    """Configure a provider with an empty stack configuration."""
    provider = MigrationCheckProvider()
    provider.configure(ConfigureRequest(Config({}, "test")))
    return provider


def test_the_serialized_provider_never_changes() -> None:
    """Users' states contain it, and every Python reads what another has written."""
    assert serialize_provider(MigrationCheckProvider("of an update")) == SERIALIZED[pickle.DEFAULT_PROTOCOL]
    assert serialize_provider(MigrationCheckProvider("another")) not in SERIALIZED.values()
    assert serialize_provider(MigrationCheckStartProvider()) == SERIALIZED_START[pickle.DEFAULT_PROTOCOL]


def test_the_provider_in_an_older_state_is_loaded_as_well() -> None:
    """Earlier versions had no nonce; a refresh uses the provider in the state."""
    assert isinstance(pickle.loads(base64.b64decode(WITHOUT_NONCE)), MigrationCheckProvider)
    for text in SERIALIZED.values():
        assert pickle.loads(base64.b64decode(text)).nonce == "of an update"
    for text in SERIALIZED_START.values():
        assert isinstance(pickle.loads(base64.b64decode(text)), MigrationCheckStartProvider)


def test_the_providers_process_excludes_loaded_modules_from_collection(provider: MigrationCheckProvider) -> None:
    """The engine waits for the process's end, which would take five times as long."""
    assert not any(one is vars(reader) for one in gc.get_objects())
    assert gc.isenabled()
    assert provider is not None


def test_a_read_returns_its_id_and_its_outputs(
    monkeypatch: pytest.MonkeyPatch, call: Call, provider: MigrationCheckProvider
) -> None:
    """The outputs are in a dictionary of their own."""
    monkeypatch.setattr(reader, "read", lambda props, *_: {"seen": props["migrate_id"]})
    result = provider.read("ap-guangzhou/7", {"migrate_id": 7})
    assert (result.id, result.outs) == ("ap-guangzhou/7", {"seen": 7})
    assert (call.sentence, call.is_flushed) == ("", True)


def test_an_error_of_the_package_is_its_own_text(
    monkeypatch: pytest.MonkeyPatch, call: Call, provider: MigrationCheckProvider
) -> None:
    """The engine prints the error's text, and the read fails."""
    monkeypatch.setattr(reader, "read", _raising(WaitCancelledError()))
    with pytest.raises(WaitCancelledError):
        provider.read("ap-guangzhou/7", {})
    assert (call.sentence, call.is_flushed) == (str(text_of(WaitCancelledError(), PROGRAM)), True)


def test_an_unexpected_error_keeps_the_gate_shut_without_a_quote(
    monkeypatch: pytest.MonkeyPatch, call: Call, provider: MigrationCheckProvider
) -> None:
    """Its text may contain a secret, so only its type is named."""
    monkeypatch.setattr(reader, "read", _raising(KeyError("a secret")))
    with pytest.raises(KeyError):
        provider.read("ap-guangzhou/7", {})
    assert in_one_line(call.sentence) == (
        "The gate stays shut: it failed with an unexpected error (KeyError). Code: unexpected"
    )


@pytest.mark.parametrize(
    ("props", "ends"),
    [
        ({"wait": True}, True),
        ({"wait": True, "enforce": True}, True),
        ({"wait": True, "enforce": False}, False),
        ({"wait": False}, False),
        ({}, False),
    ],
)
@pytest.mark.parametrize("error", [CredentialsError("None."), KeyError("?")])
def test_a_refusal_ends_the_other_waits_of_an_update(  # noqa: PLR0913  # two fixtures, three facts
    monkeypatch: pytest.MonkeyPatch,
    call: Call,
    provider: MigrationCheckProvider,
    props: dict[str, object],
    error: Exception,
    *,
    ends: bool,
) -> None:
    """This holds for any error, except in a preview and for a gate that isn't enforced."""
    monkeypatch.setattr(reader, "read", _raising(error))
    with pytest.raises(type(error)):
        provider.read("ap-guangzhou/7", props)
    assert call.sentence
    assert host.CANCELLED.is_set() is ends


def test_a_wait_that_another_gates_refusal_ended_names_that_gate(
    monkeypatch: pytest.MonkeyPatch, call: Call, provider: MigrationCheckProvider
) -> None:
    """The user finds the reason there."""
    monkeypatch.setattr(host, "refused", lambda: "orders")
    monkeypatch.setattr(reader, "read", _raising(WaitCancelledError()))
    with pytest.raises(WaitCancelledError) as ended:
        provider.read("ap-guangzhou/7", {"wait": True})
    assert ended.value.refused == "orders"
    assert (
        call.sentence
        == """\
The wait for the migration check ended, since the gate orders did
  not pass.
  Then:    nothing behind the gate was changed. Run again to wait for it:
           pulumi up
  Code:    another-gate-failed"""
    )


def _raising(error: Exception) -> Any:  # noqa: ANN401  # replaces a function
    def read(*_: object) -> None:
        raise error

    return read


def test_a_missing_library_is_one_error(monkeypatch: pytest.MonkeyPatch, call: Call) -> None:
    """A read names the library and how to install it again, since a failed `configure` would print a traceback."""
    monkeypatch.delattr(pulumi_tcsql_check.reading, "reader")
    monkeypatch.setitem(sys.modules, "pulumi_tcsql_check.reading.reader", None)
    provider = MigrationCheckProvider()
    provider.configure(ConfigureRequest(Config({}, "test")))
    with pytest.raises(ImportError):
        provider.read("ap-guangzhou/7", {"migrate_id": 7})
    text = in_one_line(call.sentence)
    assert text.startswith("The gate stays shut, since something that it needs can't be loaded (")
    assert text.endswith("tencentcloud-sdk-python-common`, then `pulumi up` again. Code: not-installed")


@pytest.mark.parametrize("library", ["msgspec", "requests", "tencentcloud"])
def test_each_library_that_only_the_provider_needs_may_be_missing(library: str, tmp_path: Path) -> None:
    """The program doesn't load it, so the provider reports it first."""
    code = f"""
import sys
sys.modules[{library!r}] = None
from pulumi.dynamic import Config, ConfigureRequest
from pulumi_tcsql_check.dynamic_host import call
from pulumi_tcsql_check.provider import MigrationCheckProvider, MigrationCheckStartProvider
class Call:
    fail = print
    flush = lambda: None
call.current_call = lambda: Call
provider = MigrationCheckProvider()
provider.configure(ConfigureRequest(Config({{}}, "test")))
try:
    provider.read("ap-guangzhou/7", {{"migrate_id": 7}})
except ImportError:
    print("shut")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    *text, end = done.stdout.splitlines()
    sentence = in_one_line(" ".join(text))
    assert sentence.startswith("The gate stays shut, since something that it needs can't be loaded (")
    assert (library in sentence, end) == (True, "shut")


STARTED: dict[str, Any] = {"migrate_id": 7, "region": "ap-guangzhou", "triggers": ["run 1"], "flow_id": 1001}


@pytest.fixture(name="start_provider")
def _start_provider() -> MigrationCheckStartProvider:
    """Configure a provider of starts with an empty stack configuration."""
    provider = MigrationCheckStartProvider()
    provider.configure(ConfigureRequest(Config({}, "test")))
    return provider


def test_a_create_and_an_update_start_the_check(
    monkeypatch: pytest.MonkeyPatch, call: Call, start_provider: MigrationCheckStartProvider
) -> None:
    """Both return the outputs, and the id is made of region and number."""
    given: list[tuple[object, ...]] = []

    def start(urn: str, props: dict[str, Any], *_: object) -> dict[str, Any]:
        given.append((urn, props))
        return STARTED

    monkeypatch.setattr(resource, "start", start)
    created = start_provider.create({"migrate_id": 7.0})
    assert (created.id, created.outs) == ("ap-guangzhou/7", STARTED)
    assert start_provider.update("ap-guangzhou/7", STARTED, {"migrate_id": 7.0, "triggers": []}).outs == STARTED
    assert given == [("", {"migrate_id": 7.0}), ("", {"migrate_id": 7.0, "triggers": []})]
    assert (call.sentence, call.is_flushed) == ("", True)


def test_a_start_that_fails_ends_the_waits_of_gates(
    monkeypatch: pytest.MonkeyPatch, call: Call, start_provider: MigrationCheckStartProvider
) -> None:
    """It fails the update, as a gate does."""
    monkeypatch.setattr(resource, "start", _raising(KeyError("a secret")))
    with pytest.raises(KeyError):
        start_provider.create({})
    assert in_one_line(call.sentence) == "The start failed with an unexpected error (KeyError). Code: unexpected"
    assert host.CANCELLED.is_set()
    assert not host.INTERRUPTED.is_set()


@pytest.mark.parametrize(
    ("news", "changes", "replaces"),
    [
        ({}, False, []),
        ({"migrate_id": 7.0}, False, []),
        ({"endpoint": "http://127.0.0.1:1"}, False, []),
        ({"triggers": ["run 2"]}, True, []),
        ({"triggers": []}, True, []),
        ({"triggers": rpc.UNKNOWN}, True, []),
        ({"migrate_id": 8}, True, ["migrate_id"]),
        ({"region": "ap-shanghai"}, True, ["region"]),
        ({"region": rpc.UNKNOWN, "migrate_id": rpc.UNKNOWN}, True, ["migrate_id", "region"]),
    ],
)
def test_other_triggers_update_a_start_and_another_migration_replaces_it(
    start_provider: MigrationCheckStartProvider, news: dict[str, Any], replaces: list[str], *, changes: bool
) -> None:
    """Nothing else starts the check again; what a preview doesn't know yet counts as a change."""
    diff = start_provider.diff("ap-guangzhou/7", STARTED, {**STARTED, **news})
    assert (diff.changes, diff.replaces) == (changes, replaces)


def test_a_refresh_of_a_start_keeps_its_outputs(start_provider: MigrationCheckStartProvider) -> None:
    """The API has no query for a start."""
    result = start_provider.read("ap-guangzhou/7", STARTED)
    assert (result.id, result.outs) == ("ap-guangzhou/7", STARTED)
