"""The token service and an instance's metadata, played by an emulator in this process: only tests can say so."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pulumi_tcsql_check.emulator import Emulator
from pulumi_tcsql_check.model.endpoint import Endpoint
from pulumi_tcsql_check.tencent import metadata, sts


@contextmanager
def standing_in(emulator: Emulator) -> Iterator[Emulator]:
    """Let an emulator, which is started here, stand where both are."""
    with emulator, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sts, "ENDPOINT", Endpoint("http", emulator.endpoint))
        path = metadata.METADATA_URL.split(".com", 1)[1]
        patch.setattr(metadata, "METADATA_URL", f"{emulator.url}{path}")
        yield emulator


def role_of(account_id: str) -> str:
    """Write the ARN of a role of an account."""
    return f"qcs::cam::uin/{account_id}:roleName/gatekeeper"
