"""A file of credentials is read within its bounds of time and size, or refused by its path."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from harness.blocked_calls import block_os_call

from pulumi_tcsql_check.credentials import files
from pulumi_tcsql_check.credentials.files import MAX_BYTES
from pulumi_tcsql_check.errors import CredentialsError, WaitCancelledError


def go_on() -> None:
    """Cancel nothing."""


def refusal(path: Path, seconds: float = 5, check_cancelled: Callable[[], None] = go_on) -> str:
    """Return the sentence with which a file is refused."""
    with pytest.raises(CredentialsError) as refused:
        files.read_bounded(path, seconds, check_cancelled)
    return str(refused.value)


def sentence(path: Path, cause: str) -> str:
    """Make the sentence with which a file is refused."""
    return (
        f"{path} can't be read ({cause}). Put a readable, regular file of at most 1 MiB there, or set the credentials "
        "in another way."
    )


@pytest.fixture(name="path")
def _path(tmp_path: Path) -> Path:
    """Where the file is."""
    return tmp_path / "default.credential"


def test_a_files_text_is_returned(path: Path) -> None:
    """The file may be a link, as a pod's identity is."""
    path.with_name("target").write_text("a text \u00e9", encoding="utf-8")
    path.symlink_to("target")
    assert files.read_bounded(path, 5, go_on) == "a text \u00e9"


def test_a_byte_order_mark_is_removed(path: Path) -> None:
    """Some editors write one, and neither JSON nor an INI file may begin with it."""
    path.write_bytes(b"\xef\xbb\xbf[default]")
    assert files.read_bounded(path, 5, go_on) == "[default]"


def test_a_missing_file_is_none(path: Path) -> None:
    """A missing file is an empty source, and no error."""
    assert files.read_bounded(path, 5, go_on) is None


def test_a_pipe_is_refused(path: Path) -> None:
    """A pipe without a writer is refused at once."""
    os.mkfifo(path)
    assert refusal(path) == sentence(path, "it is not a regular file")


@pytest.mark.parametrize("other", ["/dev/zero", "/dev"])
def test_a_file_that_is_not_regular_is_refused(other: str) -> None:
    """A device may return bytes for ever, and a folder has none."""
    assert refusal(Path(other)) == sentence(Path(other), "it is not a regular file")


def test_a_file_of_the_limit_is_read(path: Path) -> None:
    """Exactly the limit is not too large."""
    path.write_bytes(b" " * MAX_BYTES)
    assert files.read_bounded(path, 5, go_on) == " " * MAX_BYTES


def test_a_larger_file_is_refused(path: Path) -> None:
    """Of a file of a terabyte at most the limit and one byte are read."""
    with path.open("wb") as file:
        file.truncate(1 << 40)
    assert refusal(path) == sentence(path, "it has more than 1 MiB")


@pytest.mark.parametrize(("name", "cause"), [("default.credential/x", "NotADirectoryError"), ("a\0b", "ValueError")])
def test_a_file_that_cannot_be_opened_is_refused(path: Path, name: str, cause: str) -> None:
    """The sentence names the kind of the error; an invalid path is such an error too."""
    path.write_bytes(b"")
    assert refusal(path.parent / name) == sentence(path.parent / name, cause)


def test_a_file_that_is_not_utf_8_is_refused_without_its_text(path: Path) -> None:
    """The sentence shows nothing of the file."""
    path.write_bytes(b"secret \xff")
    assert refusal(path) == sentence(path, "UnicodeDecodeError")


@pytest.mark.parametrize("call", ["open", "fstat"])
def test_a_read_that_hangs_ends_with_its_bound(path: Path, call: str) -> None:
    """The sentence names the path and the duration; the hanging thread keeps no process from ending."""
    path.write_bytes(b"")
    with block_os_call(call) as left:
        assert refusal(path, 0.05) == sentence(path, "the file system gave nothing within 0.05 s")
    assert [thread.daemon for thread in left] == [True]


@pytest.mark.parametrize("call", ["open", "fstat"])
def test_a_cancelled_update_ends_a_read_that_hangs(path: Path, call: str) -> None:
    """The read raises the cancellation at the next check, a tenth of a second later."""
    path.write_bytes(b"")
    checks: list[float] = []

    def check_cancelled() -> None:
        checks.append(time.monotonic())
        if len(checks) == 3:
            raise WaitCancelledError

    with block_os_call(call), pytest.raises(WaitCancelledError):
        files.read_bounded(path, 5, check_cancelled)
    assert checks[2] - checks[0] < 2


def test_a_pipe_with_a_writer_is_not_read(path: Path) -> None:
    """The gate reads nothing from the pipe, and the next reader still gets all of it."""
    os.mkfifo(path)
    reads = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    writes = os.open(path, os.O_WRONLY)
    os.write(writes, b"for somebody else")
    assert refusal(path) == sentence(path, "it is not a regular file")
    assert os.read(reads, 100) == b"for somebody else"
    os.close(writes)
    os.close(reads)


def test_no_file_stays_open(path: Path) -> None:
    """A process with many reads doesn't run out of file descriptors."""
    before = len(list(Path("/proc/self/fd").iterdir()))
    path.write_bytes(b"")
    for _ in range(10):
        files.read_bounded(path, 5, go_on)
        refusal(path.parent)
    assert len(list(Path("/proc/self/fd").iterdir())) <= before
