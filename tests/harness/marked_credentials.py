"""Credentials with recognizable values, and the search for them in text and files that a test leaves behind.

A key or a token must not appear at all; of an id, the last four characters may appear.
"""

import base64
from collections.abc import Iterator, Mapping
from pathlib import Path

from harness.virtual_environments import PACKAGE
from pulumi_tcsql_check.emulator.accounts import SECRET_ID_VARIABLE, SECRET_KEY_VARIABLE, TOKEN_VARIABLE
from pulumi_tcsql_check.emulator.sts import TEMPORARY_ID, TEMPORARY_KEY, TEMPORARY_TOKEN

SECRET_ID = "AKIDmarked-for-the-tests-Q7Z9"
SECRET_KEY = "the-marked-secret-key"
TOKEN = "the-marked-session-token"

ENVIRON = {"TENCENTCLOUD_SECRET_ID": SECRET_ID, "TENCENTCLOUD_SECRET_KEY": SECRET_KEY, "TENCENTCLOUD_TOKEN": TOKEN}
"""The credentials of a stack."""

EMULATORS_ENVIRON = {SECRET_ID_VARIABLE: SECRET_ID, SECRET_KEY_VARIABLE: SECRET_KEY, TOKEN_VARIABLE: TOKEN}
"""The credentials that the emulator accepts."""

_MARKERS = (SECRET_ID, SECRET_KEY, TOKEN, TEMPORARY_ID, TEMPORARY_KEY, TEMPORARY_TOKEN)


def _forms(marker: str) -> Iterator[bytes]:
    """Encode a marker as it may occur in a file: plain, in hexadecimal, and in base64 at any offset."""
    text = marker.encode()
    yield text[-5:] if marker == SECRET_ID else text
    yield text.hex().encode()
    for offset in range(3):
        whole = base64.b64encode(b"-" * offset + text)
        yield whole[offset + (offset > 0) : len(whole) - 4]


_FORMS: Mapping[bytes, str] = {form: marker for marker in _MARKERS for form in _forms(marker)}


def found_in(text: bytes) -> set[str]:
    """Return the markers that a text contains."""
    return {marker for form, marker in _FORMS.items() if form in text}


def found_below(folder: Path) -> dict[str, set[str]]:
    """Return the markers in each file below a folder, except copies of the package, which defines some of them."""
    paths = (path for path in folder.rglob("*") if PACKAGE not in path.parts and not path.is_symlink())
    files = (path for path in paths if path.is_file())
    found = {str(path.relative_to(folder)): found_in(path.read_bytes()) for path in files}
    return {name: markers for name, markers in found.items() if markers}
