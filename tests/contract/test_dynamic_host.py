"""The behavior of `python -m pulumi.dynamic` that this package relies on, at the oldest and the newest SDK."""

import time

import grpc
import pytest
from google.protobuf import empty_pb2, struct_pb2
from harness.dynamic_host_process import HostProcess, sentence_of, urn
from harness.error_texts import in_one_line
from pulumi.runtime.proto import engine_pb2, provider_pb2

GATES = 8


def test_a_read_gets_the_inputs_and_returns_the_outputs(host: HostProcess) -> None:
    """A passed check returns its outputs, without the hidden input."""
    host.configure()
    outputs = host.read(1)
    assert (outputs["total"], outputs["current"], outputs["passed"], outputs["status"]) == (8, 8, True, "passed")
    assert outputs["migrate_id"] == 1
    assert "wait" not in outputs


def test_a_waiting_read_shows_its_progress_on_its_own_row(host: HostProcess) -> None:
    """The lines have the resource's own URN, and each replaces the previous one; the pass stays."""
    host.configure()
    host.read(4)
    *rows, last = [log for log in host.engine.logged if log.severity == engine_pb2.INFO]
    assert [log.message.replace(" · 30 min left · ", " ") for log in rows] == [
        "8/8 Target database existence check: running",
        "8/8 Target database existence check: passed",
    ]
    assert all(log.message.split(" · ")[1] == "30 min left" for log in rows)
    assert {log.urn for log in (*rows, last)} == {urn(4)}
    assert all(log.ephemeral for log in rows)
    assert last.message.startswith("migration check 4 (ap-guangzhou) has passed, after ")
    assert not last.ephemeral


def test_a_failed_read_has_one_error_text_for_the_engine(host: HostProcess) -> None:
    """The engine prints the status in the trailing metadata instead of the traceback."""
    host.configure()
    with pytest.raises(grpc.RpcError) as refused:
        host.read(2)
    assert sentence_of(refused.value).startswith("migration check 2 (ap-guangzhou) failed at step 4 of 8")
    assert "Traceback" not in sentence_of(refused.value)


def test_an_output_of_a_wrong_type_is_refused_before_any_request(host: HostProcess) -> None:
    """The provider validates a value from an output before any request."""
    with pytest.raises(grpc.RpcError) as refused:
        host.read(1, region=["no", "text"])
    sentence = "region is ['no', 'text'], but must be the name of a region, such as \"ap-guangzhou\"."
    assert sentence_of(refused.value) == f"{sentence} Code: invalid-input"


def test_a_refresh_gets_the_outputs_and_does_not_wait(host: HostProcess) -> None:
    """With stored outputs instead of inputs there is one query, for any verdict."""
    host.configure()
    properties = struct_pb2.Struct()
    properties.update(dict(host.request(3).inputs))
    del properties.fields["wait"]
    properties.update({"passed": True})
    request = provider_pb2.ReadRequest(id="ap-guangzhou/3", urn=urn(3), properties=properties)
    assert dict(host.stub.Read(request, timeout=5).properties)["status"] == "running"


def test_cancel_ends_every_waiting_read_at_once(host: HostProcess) -> None:
    """With more waiting gates than the host has threads of its own, `Cancel` still ends them all."""
    host.configure()
    reads = [host.stub.Read.future(host.request(3, timeout_seconds=600)) for _ in range(GATES)]
    _until_waiting(host)
    began = time.monotonic()
    host.stub.Cancel(empty_pb2.Empty(), timeout=2)
    for read in reads:
        with pytest.raises(grpc.RpcError) as cancelled:
            read.result(timeout=2)
        assert sentence_of(cancelled.value).startswith("The wait for the migration check was cancelled")
    assert time.monotonic() - began < 2


def test_waiting_reads_do_not_block_other_reads(host: HostProcess) -> None:
    """With more waiting gates than the host has threads of its own, another read still returns."""
    host.configure()
    reads = [host.stub.Read.future(host.request(3, timeout_seconds=600)) for _ in range(GATES)]
    _until_waiting(host)
    assert host.read(1)["passed"] is True
    host.stub.Cancel(empty_pb2.Empty(), timeout=2)
    for read in reads:
        assert read.exception(timeout=2) is not None


def test_a_refusal_ends_every_other_waiting_read_at_once(host: HostProcess) -> None:
    """The engine gets the reason first; the other errors then name that gate, as does a later read's."""
    host.configure()
    reads = [host.stub.Read.future(host.request(3, timeout_seconds=600)) for _ in range(GATES)]
    _until_waiting(host)
    with pytest.raises(grpc.RpcError) as refused:
        host.read(2)
    began = time.monotonic()
    assert sentence_of(refused.value).startswith("migration check 2 (ap-guangzhou) failed")
    ended = "The wait for the migration check ended, since the gate check-2 did not pass. Then: nothing behind"
    for read in [*reads, host.stub.Read.future(host.request(3))]:
        with pytest.raises(grpc.RpcError) as other:
            read.result(timeout=2)
        assert sentence_of(other.value).startswith(ended)
    assert time.monotonic() - began < 2


def test_a_host_whose_engine_has_gone_ends_by_itself(host: HostProcess) -> None:
    """The host's gates end with it, within the ten seconds that the README promises."""
    host.configure()
    read = host.stub.Read.future(host.request(3, timeout_seconds=600))
    host.read(1)
    host.lose_engine()
    assert isinstance(read.exception(timeout=10), grpc.RpcError)
    assert host.process.wait(10) == 0


def test_unknown_keys_are_named_once(host: HostProcess) -> None:
    """The host lists the configuration's keys; two gates in one process give one warning."""
    host.configure(**{"tencentcloud:zeal": "a value"})
    host.read(1)
    host.read(1)
    warnings = [in_one_line(log.message) for log in host.engine.logged if log.severity == engine_pb2.WARNING]
    (named,) = [warning for warning in warnings if "ignores what" in warning]
    assert named.startswith("The gate ignores what it doesn't know in the stack's configuration: tencentcloud:zeal")


def test_a_misspelt_key_keeps_the_gate_shut(host: HostProcess) -> None:
    """The host lists the configuration's keys; what the key was meant to set is not set."""
    host.configure(**{"tcsql-check:requireFlw": "true"})
    with pytest.raises(grpc.RpcError) as refused:
        host.read(1)
    assert sentence_of(refused.value).startswith(
        "tcsql-check:requireFlw is 'given', but must be left out: there is no such key."
    )


def _until_waiting(host: HostProcess) -> None:
    """Wait until every gate has shown its first line."""
    deadline = time.monotonic() + 20
    while len({id(log) for log in host.engine.logged if log.severity == engine_pb2.INFO}) < GATES:
        assert time.monotonic() < deadline, "the reads did not begin"
        time.sleep(0.05)
