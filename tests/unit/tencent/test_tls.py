"""Values of the variable that names certificate authorities; `test_sqlserver` tests its effect."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme
from harness.blocked_calls import block_os_call
from tencentcloud.common.http.request import ProxyConnection

from pulumi_tcsql_check.errors import InvalidInputError, WaitCancelledError
from pulumi_tcsql_check.model.endpoint import Endpoint
from pulumi_tcsql_check.tencent import tls


def go_on() -> None:
    """Cancel nothing."""


def verify(path: Path, seconds: float = 5, check_cancelled: Callable[[], None] = go_on) -> None:
    """Verify the file or folder that the variable names."""
    tls.verify({tls.VARIABLE: str(path)}, seconds, check_cancelled)


@pytest.fixture(name="file")
def _file(tmp_path: Path) -> Path:
    """The path of the authorities."""
    return tmp_path / "authority.pem"


@pytest.mark.parametrize("environ", [{}, {tls.VARIABLE: ""}])
def test_without_the_variable_there_is_no_bundle(environ: dict[str, str]) -> None:
    """The SDK then uses those of `certifi`."""
    tls.verify(environ, 5, go_on)
    assert tls.bundle(environ) is None


def test_a_file_and_a_folder_are_accepted(file: Path) -> None:
    """`requests` accepts both."""
    trustme.CA().cert_pem.write_to_path(str(file))
    verify(file)
    verify(file.parent)
    assert tls.bundle({tls.VARIABLE: str(file)}) == str(file)


@pytest.mark.parametrize("content", [None, "", "no certificate"])
def test_any_other_path_is_refused_before_any_request(file: Path, content: str | None) -> None:
    """One error names the variable and the path: retrying for two minutes would not help."""
    if content is not None:
        file.write_text(content, encoding="utf-8")
    with pytest.raises(InvalidInputError) as refused:
        verify(file)
    assert str(refused.value).startswith("REQUESTS_CA_BUNDLE is '")
    assert str(refused.value).endswith(
        ", but must be a regular file or a folder of certificates that can be read within 5 s."
    )
    assert refused.value.value == str(file)


def test_a_pipe_is_refused(file: Path) -> None:
    """A pipe is neither a regular file nor a folder, and may have no writer."""
    os.mkfifo(file)
    with pytest.raises(InvalidInputError, match="must be a regular file or a folder"):
        verify(file)


def test_a_file_that_hangs_is_refused_within_its_bound(file: Path) -> None:
    """The error names the bound."""
    with block_os_call("stat"), pytest.raises(InvalidInputError, match=r"that can be read within 0\.05 s\.$"):
        verify(file, 0.05)


def test_a_cancelled_update_ends_the_wait_for_a_file_that_hangs(file: Path) -> None:
    """The wait raises the cancellation."""

    def check_cancelled() -> None:
        raise WaitCancelledError

    with block_os_call("stat"), pytest.raises(WaitCancelledError):
        verify(file, 5, check_cancelled)


def test_a_file_is_loaded_once_in_a_process(file: Path) -> None:
    """A process may have many gates; if the file is deleted later, only a connection can fail, which is transient."""
    trustme.CA().cert_pem.write_to_path(str(file))
    verify(file)
    file.unlink()
    verify(file)


def test_a_file_that_was_refused_is_verified_again(file: Path) -> None:
    """A process may run for long, and only a valid file is cached."""
    with pytest.raises(InvalidInputError):
        verify(file)
    trustme.CA().cert_pem.write_to_path(str(file))
    verify(file)


TENCENTS = Endpoint("https", "sqlserver.intl.tencentcloudapi.com")


@pytest.mark.parametrize(
    ("environ", "variable"),
    [
        ({}, ""),
        ({"HTTPS_PROXY": ""}, ""),
        ({"HTTP_PROXY": "http://127.0.0.1:1", "ALL_PROXY": "http://127.0.0.1:1"}, ""),
        ({"HTTPS_PROXY": "http://127.0.0.1:1"}, "HTTPS_PROXY"),
        ({"https_proxy": "http://127.0.0.1:1", "HTTPS_PROXY": "http://127.0.0.1:2"}, "https_proxy"),
        ({"HTTPS_PROXY": "http://127.0.0.1:1", "NO_PROXY": f"a.example,{TENCENTS.host}"}, ""),
        ({"HTTPS_PROXY": "http://127.0.0.1:1", "no_proxy": TENCENTS.host}, ""),
        ({"HTTPS_PROXY": "http://127.0.0.1:1", "NO_PROXY": "a.example"}, "HTTPS_PROXY"),
    ],
)
def test_the_proxy_is_the_sdks(monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], variable: str) -> None:
    """The warning names its variable, and the SDK sends requests to Tencent Cloud through the same one."""
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert tls.proxy(environ, TENCENTS) == variable
    taken = ProxyConnection(TENCENTS.host).proxy
    assert taken == ({"http": environ[variable], "https": environ[variable]} if variable else None)


def test_a_request_to_this_machine_uses_no_proxy() -> None:
    """An emulator therefore needs no exception."""
    assert tls.proxy({"HTTPS_PROXY": "http://127.0.0.1:1"}, Endpoint("http", "127.0.0.1:8918")) == ""
