"""The token service (STS) and the instance metadata, redirected to a server in this process."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from harness.scripted_server import Reply, ScriptedServer
from pulumi_tcsql_check.emulator import Emulator
from pulumi_tcsql_check.model.endpoint import Endpoint
from pulumi_tcsql_check.tencent import metadata, sts

METADATA_PATH = metadata.METADATA_URL.split(".com", 1)[1]


@contextmanager
def redirected_services(host: str) -> Iterator[None]:
    """Redirect both services to a server until the block ends; their addresses are constants of the package."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sts, "ENDPOINT", Endpoint("http", host))
        patch.setattr(metadata, "METADATA_URL", f"http://{host}{METADATA_PATH}")
        yield


@contextmanager
def emulated_services(emulator: Emulator) -> Iterator[Emulator]:
    """Start an emulator, and redirect both services to it."""
    with emulator, redirected_services(emulator.endpoint):
        yield emulator


@contextmanager
def scripted_services(*replies: Reply) -> Iterator[ScriptedServer]:
    """Start a scripted server, and redirect both services to it."""
    with ScriptedServer(*replies) as server, redirected_services(server.host):
        yield server


def make_role_arn(account_id: str) -> str:
    """Return the ARN of an account's role."""
    return f"qcs::cam::uin/{account_id}:roleName/gatekeeper"
