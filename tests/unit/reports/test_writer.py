"""The file of a report is complete or not there."""

import os
import threading
from pathlib import Path
from typing import NoReturn

import pytest
from harness.reports import answered, read_report
from harness.responses import make_progress

from pulumi_tcsql_check.errors import WaitCancelledError
from pulumi_tcsql_check.reports import writer
from pulumi_tcsql_check.reports.writer import NotWrittenError, write

REPORT = answered(make_progress(1, 0)).report(command="tcsql-check wait")


@pytest.mark.parametrize(("name", "begin"), [("a.md", "# Mig"), ("a.XML", "<?xml"), ("b.json", "{")])
def test_the_ending_chooses_the_format(tmp_path: Path, name: str, begin: str) -> None:
    """It may be in upper case."""
    write(REPORT, tmp_path / name)
    assert (tmp_path / name).read_text(encoding="utf-8").startswith(begin)


def test_a_report_replaces_the_one_before_it(tmp_path: Path) -> None:
    """No other file remains in the folder."""
    path = tmp_path / "a.json"
    path.write_text("x" * 100_000, encoding="utf-8")
    write(REPORT, path)
    assert read_report(path)["verdict"] == "passed"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_is_made_on_demand_alone(tmp_path: Path) -> None:
    """Otherwise a missing folder is an error."""
    path = tmp_path / "a" / "b" / "c.md"
    with pytest.raises(NotWrittenError, match=r"^No such file or directory$"):
        write(REPORT, path)
    write(REPORT, path, creates_folder=True)
    assert path.exists()


def test_a_report_that_cannot_be_written_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The temporary file is removed, here after a full disk."""

    def full(*_: object) -> NoReturn:
        raise OSError(28, os.strerror(28))

    path = tmp_path / "a.md"
    path.write_text("old", encoding="utf-8")
    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(NotWrittenError, match=r"^No space left on device$"):
        write(REPORT, path)
    assert [one.read_text(encoding="utf-8") for one in tmp_path.iterdir()] == ["old"]


def test_an_error_without_a_text_is_named_by_its_type(tmp_path: Path) -> None:
    """A path with a zero byte is such an error."""
    with pytest.raises(NotWrittenError, match=r"^ValueError$"):
        write(REPORT, tmp_path / "a\0.md")


def test_a_file_system_that_hangs_delays_only_for_a_bounded_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a cancel the bound is shorter."""
    over = threading.Event()
    cancelled = answered(make_progress(1, 0)).report(WaitCancelledError())
    monkeypatch.setattr(Path, "open", lambda *_, **__: over.wait())
    monkeypatch.setattr(writer, "CANCELLED_SECONDS", 0.0)
    assert writer.WRITE_SECONDS == 5.0
    with pytest.raises(NotWrittenError, match=r"^Connection timed out$"):
        write(cancelled, tmp_path / "a.md")
    over.set()
    for thread in threading.enumerate():
        if thread.name == "tcsql-check-report":
            thread.join()
