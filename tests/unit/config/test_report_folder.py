"""The names of the reports of gates, and their removal at the beginning of an update."""

from pathlib import Path

import pulumi
import pytest
from harness.mock_engine import Engine, run, take_for_real

from pulumi_tcsql_check import MigrationCheck
from pulumi_tcsql_check.config import report_folder
from pulumi_tcsql_check.program import gate


@pytest.mark.parametrize(
    ("stack", "gate", "name"),
    [
        ("dev", "a/b", "dev.a_b"),
        ("org/dev", "../../etc", "org_dev._.._etc".replace("..", ".")),
        ("dev", "..", "dev._"),
        ("dev", "校验", "dev.校验"),
        ("dev", "x" * 200, f"dev.{'x' * 80}"),
    ],
)
def test_a_file_name_is_safe(stack: str, gate: str, name: str) -> None:
    """It has no separators and no parent folder."""
    assert report_folder.file_name(stack, gate) == name


def test_the_reports_of_an_earlier_update_are_removed(tmp_path: Path) -> None:
    """Those of a gate of the same name below another component, too; those of other gates and other files stay."""
    mine = ["dev.orders.json", "dev.orders.md", "dev.orders-0123abcd.json"]
    others = ["dev.orders-2.json", "dev.stock.json", "prod.orders.md", "dev.orders.txt", "dev.orders-0123abcd.html"]
    for name in [*mine, *others]:
        (tmp_path / name).touch()
    report_folder.remove_reports(tmp_path, "dev", "orders")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(others)


def test_a_removal_that_fails_is_no_error(tmp_path: Path) -> None:
    """The gate's own write warns."""
    (tmp_path / "dev.orders.json").mkdir()
    report_folder.remove_reports(tmp_path, "dev", "orders")
    report_folder.remove_reports(tmp_path / "nowhere", "dev", "orders")
    assert (tmp_path / "dev.orders.json").is_dir()


def test_an_update_removes_the_earlier_reports_of_its_gates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once, when the gate is declared: an earlier pass is no evidence of this update. A preview removes none."""
    take_for_real(monkeypatch)
    monkeypatch.setattr(gate, "_removed", set())
    monkeypatch.setenv("TCSQL_CHECK_REPORT", str(tmp_path))

    def program() -> None:
        report = tmp_path / f"{pulumi.get_stack()}.orders.json"
        report.touch()
        for parent in range(2):
            MigrationCheck("orders", migrate_id=1066 + parent, region="ap-guangzhou")
            there.append(report.exists())
            report.touch()

    for preview, expected in ((True, [True, True]), (False, [False, True])):
        there: list[bool] = []
        run(Engine(), program, preview=preview)
        assert there == expected
