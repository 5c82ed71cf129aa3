"""The token service (STS) and the instance metadata, redirected to an emulator in this process."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pulumi_tcsql_check.emulator import Emulator
from pulumi_tcsql_check.model.endpoint import Endpoint
from pulumi_tcsql_check.tencent import metadata, sts


@contextmanager
def emulated_services(emulator: Emulator) -> Iterator[Emulator]:
    """Start an emulator, and redirect both services to it."""
    with emulator, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sts, "ENDPOINT", Endpoint("http", emulator.endpoint))
        path = metadata.METADATA_URL.split(".com", 1)[1]
        patch.setattr(metadata, "METADATA_URL", f"{emulator.url}{path}")
        yield emulator


def make_role_arn(account_id: str) -> str:
    """Return the ARN of an account's role."""
    return f"qcs::cam::uin/{account_id}:roleName/gatekeeper"
