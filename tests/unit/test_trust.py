"""What the variable that names authorities is told where it names none; `test_tencent` shows what it does."""

from pathlib import Path

import pytest
import trustme

from pulumi_tcsql_check import trust
from pulumi_tcsql_check.errors import InvalidInputError


@pytest.mark.parametrize("value", [None, ""])
def test_without_the_variable_there_is_no_bundle(value: str | None) -> None:
    """The SDK then takes those of `certifi`."""
    assert trust.bundle({} if value is None else {trust.VARIABLE: value}) is None


def test_a_file_and_a_folder_are_taken_as_they_are(tmp_path: Path) -> None:
    """Both are what `requests` takes."""
    file = tmp_path / "authority.pem"
    trustme.CA().cert_pem.write_to_path(str(file))
    assert trust.bundle({trust.VARIABLE: str(file)}) == str(file)
    assert trust.bundle({trust.VARIABLE: str(tmp_path)}) == str(tmp_path)


@pytest.mark.parametrize("content", [None, "", "no certificate"])
def test_anything_else_is_refused_before_any_request(tmp_path: Path, content: str | None) -> None:
    """One sentence names the variable and the path: retrying for two minutes would not help."""
    file = tmp_path / "authority.pem"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    with pytest.raises(InvalidInputError) as refused:
        trust.bundle({trust.VARIABLE: str(file)})
    assert str(refused.value).startswith("REQUESTS_CA_BUNDLE is '")
    assert str(refused.value).endswith(", but must be a file or folder of certificates that can be read.")


def test_a_file_is_loaded_once_in_a_process(tmp_path: Path) -> None:
    """A wave has eight connections; that it has gone by then is the connection's trouble, which may pass."""
    file = tmp_path / "authority.pem"
    trustme.CA().cert_pem.write_to_path(str(file))
    trust.bundle({trust.VARIABLE: str(file)})
    file.unlink()
    assert trust.bundle({trust.VARIABLE: str(file)}) == str(file)


def test_a_file_that_was_refused_may_be_mended(tmp_path: Path) -> None:
    """A process may live long, and only what was fine is remembered."""
    file = tmp_path / "authority.pem"
    with pytest.raises(InvalidInputError):
        trust.bundle({trust.VARIABLE: str(file)})
    trustme.CA().cert_pem.write_to_path(str(file))
    assert trust.bundle({trust.VARIABLE: str(file)}) == str(file)
