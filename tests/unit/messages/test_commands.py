"""The commands that a text recommends."""

import importlib.util
from typing import Any

import msgspec
import pytest
from harness.error_texts import full_text, in_one_line
from harness.responses import MIGRATION, make_progress

from pulumi_tcsql_check.errors import CheckFailedError, CheckTimeoutError, GroupFailedError, GroupTimeoutError
from pulumi_tcsql_check.messages import commands
from pulumi_tcsql_check.messages.audience import PROGRAM, of_gate, of_start
from pulumi_tcsql_check.messages.errors import text_of
from pulumi_tcsql_check.model.flow import Flow
from pulumi_tcsql_check.model.group import Member
from pulumi_tcsql_check.model.progress import Migration

OTHER = Migration(7, "ap-guangzhou")
URN = "urn:pulumi:a::b::pulumi-python:dynamic/tcsql:MigrationCheckStart::"
STARTS = {"1066": f"{URN}orders", "7": f"{URN}customers"}
FAILED = CheckFailedError(MIGRATION, make_progress(3, 0, -1, 1), [2], Flow(1001, 0))


@pytest.fixture(name="no_extra")
def _no_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the libraries of the extra `cli`."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)


def test_the_packages_own_command_is_recommended() -> None:
    """It takes several numbers at once."""
    assert commands.start_command(MIGRATION, OTHER) == "tcsql-check start 1066 7 --region ap-guangzhou"
    assert commands.start_command(MIGRATION, waits=True) == "tcsql-check start 1066 --region ap-guangzhou --wait"
    assert commands.query_command(MIGRATION) == "tcsql-check status 1066 --region ap-guangzhou"


@pytest.mark.usefixtures("no_extra")
def test_without_the_extra_tencents_command_is_recommended() -> None:
    """It takes one number at a time."""
    assert commands.start_command(MIGRATION) == (
        "tccli sqlserver StartMigrationCheck --MigrateId 1066 --region ap-guangzhou"
    )
    assert commands.query_command(MIGRATION, OTHER) == (
        "for id in 1066 7; do tccli sqlserver QueryMigrationCheckProcess --MigrateId $id --region ap-guangzhou; done"
    )


def test_a_wait_for_one_flow_has_its_numbers() -> None:
    """For several flows it is the form of one."""
    flows = {MIGRATION: Flow(1001), OTHER: Flow(1002)}
    assert commands.wait_for_flow_command({MIGRATION: Flow(1001)}) == (
        "tcsql-check wait 1066 --region ap-guangzhou --flow-id 1001"
    )
    assert commands.wait_for_flow_command(flows) == "tcsql-check wait ID --region ap-guangzhou --flow-id FLOWID"


@pytest.mark.parametrize("libraries", [[], ["click"]])
def test_a_command_has_the_endpoint_if_it_is_not_the_default(
    monkeypatch: pytest.MonkeyPatch, libraries: list[str]
) -> None:
    """Without it, the command from a rehearsal would start a check at Tencent Cloud."""
    monkeypatch.setattr(commands, "missing_libraries", lambda: libraries)
    elsewhere = msgspec.structs.replace(MIGRATION, endpoint="http://127.0.0.1:8918")
    for command in (commands.start_command(elsewhere), commands.query_command(elsewhere)):
        assert command.endswith("1066 --region ap-guangzhou --endpoint http://127.0.0.1:8918")
    flows = {elsewhere: Flow(1001), OTHER: Flow(1002)}
    assert " --endpoint http://127.0.0.1:8918 --flow-id FLOWID" in commands.wait_for_flow_command(flows)
    assert commands.start_command(MIGRATION).endswith(" 1066 --region ap-guangzhou")


def test_a_urn_is_quoted_for_the_shell() -> None:
    """A name may have spaces or quotes."""
    assert commands.replace_command(["urn:a::it's $x"]) == "pulumi up --replace 'urn:a::it'\"'\"'s $x'"


def test_a_failed_gate_behind_a_start_says_to_replace_it() -> None:
    """Or to change its triggers."""
    text = in_one_line(text_of(FAILED, of_gate({"starts": STARTS})))
    assert (
        "Then: fix the cause; change the triggers of orders and run `pulumi up`, or run: pulumi up --replace "
        f"{URN}orders Code: check-failed"
    ) in text


@pytest.mark.parametrize("props", [{}, {"starts": None}, {"starts": "x"}])
def test_a_gate_without_a_start_has_the_programs_own_words(props: dict[str, Any]) -> None:
    """The hidden input is missing on a refresh."""
    assert of_gate(props) == PROGRAM


def test_a_check_that_was_never_started_behind_a_start_is_replaced() -> None:
    """Its start has done nothing yet."""
    late = CheckTimeoutError(MIGRATION, 60, make_progress(1, -2, -2))
    text = in_one_line(text_of(late, of_gate({"starts": STARTS})))
    assert f"Then: change the triggers of orders and run `pulumi up`, or run: pulumi up --replace {URN}orders" in text


def test_failed_checks_of_a_group_are_replaced_together() -> None:
    """More than three, or one that has no start, change their triggers alone."""
    members = [Member(MIGRATION, None, "failed"), Member(OTHER, None, "failed")]
    other = CheckFailedError(OTHER, make_progress(3, 0, -1, 1), [2])
    group = GroupFailedError(members, {MIGRATION: FAILED, OTHER: other})
    text = in_one_line(text_of(group, of_gate({"starts": STARTS})))
    assert f"pulumi up --replace {URN}orders --replace {URN}customers" in text
    assert "change the triggers of orders and customers" in text
    text = in_one_line(text_of(group, of_gate({"starts": {"7": URN}})))
    assert "fix the cause; change the triggers of their starts, then run: pulumi up Code:" in text


def test_checks_of_a_group_that_were_never_started_are_replaced() -> None:
    """The group waited for flows that had not begun."""
    late = CheckTimeoutError(MIGRATION, 60, make_progress(1, -2, -2))
    group = GroupTimeoutError([Member(MIGRATION, None, "not-started")], {MIGRATION: late})
    assert f"pulumi up --replace {URN}orders" in in_one_line(text_of(group, of_gate({"starts": STARTS})))


def test_a_failed_start_with_wait_is_started_and_waited_for_again() -> None:
    """The command gets a new flow by itself."""
    text = full_text(FAILED, of_start([MIGRATION], waits=True, flows={MIGRATION: Flow(1001)}))
    assert "Then: fix the cause, then run: tcsql-check start 1066 --region ap-guangzhou --wait Code:" in text
