"""Files that a provider process reads and that may block: a pipe without a writer, a file system that hangs."""

import os
import time
from collections.abc import Mapping
from pathlib import Path

import grpc
import pytest
from google.protobuf import empty_pb2
from harness.dynamic_host_process import HostProcess, Start, sentence_of
from harness.sandbox import HUNG_VARIABLE, PATCHED_PROVIDER
from pulumi.runtime.proto import engine_pb2

ENDS_WITHIN_SECONDS = 5.0
"""How long a refusal may take; a read that blocks never returns."""

NO_KEYS = {"TENCENTCLOUD_SECRET_ID": "", "TENCENTCLOUD_SECRET_KEY": ""}
POD = {"TKE_REGION": "ap-guangzhou", "TKE_PROVIDER_ID": "a-provider", "TKE_ROLE_ARN": "qcs::cam::uin/1:roleName/r"}

FILES: Mapping[str, Mapping[str, str]] = {
    ".tencentcloud/credentials": NO_KEYS,
    ".tccli/default.credential": NO_KEYS,
    "identity": {**NO_KEYS, **POD, "TKE_WEB_IDENTITY_TOKEN_FILE": "identity"},
    "authorities.pem": {"REQUESTS_CA_BUNDLE": "authorities.pem"},
}
"""Each file that the provider may read, in the home folder, and the environment in which it does."""


def variables(home: Path, name: str) -> dict[str, str]:
    """Make the environment in which a file is read."""
    return {variable: str(home / name) if value == name else value for variable, value in FILES[name].items()}


@pytest.mark.parametrize("name", FILES)
def test_a_pipe_in_place_of_a_file_is_refused(start: Start, tmp_path: Path, name: str) -> None:
    """The update ends at once; the error names the path and asks for a regular file."""
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    os.mkfifo(path)
    with start(variables(tmp_path, name)) as host:
        host.configure()
        refused = host.stub.Read.future(host.request(1)).exception(timeout=ENDS_WITHIN_SECONDS)
        assert isinstance(refused, grpc.RpcError)
        assert str(path)[:60] in sentence_of(refused)  # a variable's value is cut to 80 characters
        assert "regular file" in sentence_of(refused)


def test_a_pipe_that_the_gate_does_not_need_is_not_read(start: Start, tmp_path: Path) -> None:
    """The environment's keys precede both files, so the gate passes."""
    for name in (".tencentcloud/credentials", ".tccli/default.credential"):
        path = tmp_path / name
        path.parent.mkdir()
        os.mkfifo(path)
    with start({}) as host:
        host.configure()
        assert dict(host.stub.Read.future(host.request(1)).result(timeout=ENDS_WITHIN_SECONDS).properties)["passed"]


@pytest.mark.parametrize("name", FILES)
def test_cancel_ends_the_read_of_a_file_that_hangs(start: Start, tmp_path: Path, name: str) -> None:
    """`Cancel` ends the step at once, and the process exits although a thread still waits for the file."""
    hung = {"PYTHONPATH": str(PATCHED_PROVIDER), HUNG_VARIABLE: str(tmp_path / name)}
    with start({**variables(tmp_path, name), **hung}) as host:
        host.configure()
        read = host.stub.Read.future(host.request(3, timeout_seconds=600))
        _until_warned(host)
        began = time.monotonic()
        host.stub.Cancel(empty_pb2.Empty(), timeout=2)
        cancelled = read.exception(timeout=2)
        assert isinstance(cancelled, grpc.RpcError)
        assert sentence_of(cancelled).startswith("The wait for the migration check was cancelled")
        assert time.monotonic() - began < 2
        host.interrupt()  # its exit code is not checked: SIGSEGV was seen while the interpreter shut down


def test_a_host_whose_engine_has_gone_ends_though_a_file_hangs(start: Start, tmp_path: Path) -> None:
    """A killed CLI leaves no provider behind."""
    name = ".tccli/default.credential"
    hung = {"PYTHONPATH": str(PATCHED_PROVIDER), HUNG_VARIABLE: str(tmp_path / name)}
    with start({**variables(tmp_path, name), **hung}) as host:
        host.configure()
        read = host.stub.Read.future(host.request(3, timeout_seconds=600))
        _until_warned(host)
        host.lose_engine()
        assert isinstance(read.exception(timeout=10), grpc.RpcError)
        host.process.wait(10)  # the same exit codes


def _until_warned(host: HostProcess) -> None:
    """Wait until a read has begun: the warning about the emulator's endpoint precedes the read of any file."""
    deadline = time.monotonic() + 20
    while all(log.severity != engine_pb2.WARNING for log in host.engine.logged):
        assert time.monotonic() < deadline, "the read did not begin"
        time.sleep(0.05)
