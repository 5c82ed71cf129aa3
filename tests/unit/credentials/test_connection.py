"""An unusual endpoint is refused, or named in a warning, before any request."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest
import trustme
from harness.fake_clock import FakeClock

from pulumi_tcsql_check.config.check_inputs import CheckInputs
from pulumi_tcsql_check.config.stack_config import Stack
from pulumi_tcsql_check.credentials import connection
from pulumi_tcsql_check.errors import InvalidInputError
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.model.progress import Migration

PROXY = "http://somebody:a-password@127.0.0.1:1"


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove the user's proxy from the environment."""
    for name in ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "REQUESTS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


def connect(config: Mapping[str, str] | None) -> list[str]:
    """Prepare a connection, and return the warnings."""
    warnings: list[Sentence] = []
    connection.choose(
        CheckInputs((Migration(1066, "ap-guangzhou"),), 10.0, 2.0, (), None),
        Stack(dict(config), "shop") if config is not None else None,
        clock=FakeClock(),
        warn=warnings.append,
    )
    return list(map(str, warnings))


def test_a_proxy_that_can_answer_for_tencent_cloud_is_named_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The warning names both variables and shows neither value; without a bundle, TLS protects the requests."""
    monkeypatch.setenv("HTTPS_PROXY", PROXY)
    assert connect({}) == []
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "authority.pem"))
    (warning,) = connect({})
    assert warning == (
        "Requests to https://sqlserver.intl.tencentcloudapi.com go through the proxy in HTTPS_PROXY and trust the "
        "certificates in REQUESTS_CA_BUNDLE: this proxy can answer for Tencent Cloud."
    )
    assert connect({}) == []


def test_a_variable_that_may_have_chosen_the_endpoint_is_refused_only_for_a_stack(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The command has no stack, and such a variable doesn't affect it."""
    config = {"tcsql-check:endpoint": "http://127.0.0.1:1"}
    monkeypatch.setitem(os.environ, "PULUMI_OPTION_CONFIG", "tcsql-check:endpoint=http://127.0.0.1:1")
    with pytest.raises(InvalidInputError, match=r"^PULUMI_OPTION_CONFIG is"):
        connect(config)
    assert len(connect(None)) == 0
