"""The status of a migration in a page of the list; its flags are in the tests of `check_flag`."""

import json

import pytest
from harness.responses import decode_page


def status(*listed: object) -> int | None:
    """Return the status of migration 7 in a page with these migrations."""
    body = {"Response": {"TotalCount": len(listed), "MigrateTaskSet": listed, "RequestId": "r-1"}}
    return decode_page(json.dumps(body).encode()).status(7)


def test_a_listed_migration_has_its_status() -> None:
    """Other migrations don't count."""
    assert status({"MigrateId": 8, "Status": 1}, {"MigrateId": 7, "Status": 6}) == 6


@pytest.mark.parametrize("listed", [(), ({"MigrateId": 8, "Status": 6},)])
def test_a_migration_that_is_not_listed_has_none(listed: tuple[object, ...]) -> None:
    """The list has only the newest migrations."""
    assert status(*listed) is None


@pytest.mark.parametrize("value", ["6", 6.0, True, None, [6]])
def test_a_status_that_is_no_integer_counts_as_none(value: object) -> None:
    """Nothing is guessed from it."""
    assert status({"MigrateId": 7, "Status": value}) is None


def test_of_two_different_statuses_one_that_is_past_the_check_counts() -> None:
    """The list contradicts itself."""
    assert status({"MigrateId": 7, "Status": 5}, {"MigrateId": 7, "Status": 1}) is None
    assert status({"MigrateId": 7, "Status": 6}, {"MigrateId": 7, "Status": 1}) == 6
    assert status({"MigrateId": 7, "Status": 6}, {"MigrateId": 7, "Status": 4}) == 4
    assert status({"MigrateId": 7, "Status": 6}, {"MigrateId": 7, "Status": 6}) == 6
