"""The check flag of one migration in a page, and when to query it."""

from typing import Any

import pytest
from harness.responses import as_body, decode_page, make_progress

from pulumi_tcsql_check.errors import TransientError
from pulumi_tcsql_check.model.check_flag import CheckFlag, is_unexplained
from pulumi_tcsql_check.model.progress import Progress


def page(*tasks: object, **more: object) -> bytes:
    """Encode a page with these entries."""
    return as_body({"TotalCount": len(tasks), "MigrateTaskSet": list(tasks), "RequestId": "r-1", **more})


def flag_of(*tasks: object) -> CheckFlag | None:
    """Return the flag of migration 7 in a page with these entries."""
    return decode_page(page(*tasks)).flags().get(7)


def task(migrate_id: object, check_flag: object, **more: object) -> dict[str, object]:
    """Make one entry."""
    return {"MigrateId": migrate_id, "CheckFlag": check_flag, **more}


@pytest.mark.parametrize("code", [0, 1, 2, 3, 4, -1, 2**70])
def test_the_flag_is_that_of_the_requested_migration(code: int) -> None:
    """The names and flags of other entries have no effect."""
    others: tuple[object, ...] = (
        task(6, 2, MigrateName="orders"),
        task(70, 1, MigrateName="orders"),
        task(8, None),
        task(None, 2),
        {},
    )
    mine = task(7, code, MigrateName="orders", Source={"Password": "p"})
    assert flag_of(*others, mine, *others) == CheckFlag(code, "r-1")


def test_a_migration_that_is_not_listed_has_no_flag() -> None:
    """An empty page has none either."""
    assert flag_of(task(6, 2)) is None
    assert flag_of() is None


@pytest.mark.parametrize("odd", [None, True, False, "2", 2.0, 2.5, [], [2], {}, {"CheckFlag": 2}])
def test_a_value_that_is_not_an_integer_is_ignored(odd: Any) -> None:  # noqa: ANN401  # any JSON
    """This holds for a flag, alone or beside a valid one, and for an id."""
    assert flag_of(task(7, odd)) == CheckFlag(None, "r-1")
    assert flag_of(task(7, odd), task(7, 2)) == CheckFlag(None, "r-1")
    assert flag_of(task(7, 2), task(7, odd)) == CheckFlag(None, "r-1")
    assert flag_of(task(odd, 2)) is None


@pytest.mark.parametrize("odd", [True, "1", 1.0])
def test_an_id_of_another_type_is_another_migration(odd: Any) -> None:  # noqa: ANN401  # any JSON
    """Text, a fraction or a boolean is no migration's id."""
    assert decode_page(page(task(odd, 2))).flags().get(1) is None
    assert decode_page(page(task(odd, 2), task(1, 3))).flags().get(1) == CheckFlag(3, "r-1")


def test_a_missing_flag_is_unknown() -> None:
    """The migration is listed, so no other page is queried for it."""
    assert flag_of({"MigrateId": 7}) == CheckFlag(None, "r-1")


@pytest.mark.parametrize(("flags", "code"), [((2, 2), 2), ((2, 3), None), ((1, 2, 1), None), ((3, 3, 3), 3)])
def test_contradictory_entries_of_a_migration_are_ignored(flags: tuple[int, ...], code: int | None) -> None:
    """Two entries with the same flag have that flag; two that differ have none."""
    assert flag_of(*(task(7, flag) for flag in flags)) == CheckFlag(code, "r-1")


@pytest.mark.parametrize(("count", "is_last"), [(0, True), (1, True), (99, True), (100, False), (101, False)])
def test_a_page_with_fewer_than_100_entries_is_the_last(count: int, *, is_last: bool) -> None:
    """A full one has 100 entries."""
    assert decode_page(page(*[task(1, 1)] * count)).is_last == is_last


@pytest.mark.parametrize(
    "body",
    [
        as_body({"RequestId": "r-1"}),
        page(MigrateTaskSet=None),
        page(MigrateTaskSet={"MigrateId": 7, "CheckFlag": 2}),
        page(None),
        page([7, 2]),
        page(RequestId=None),
        b'{"Response": {"RequestId": "r", "MigrateTaskSet": [{"MigrateId": 7, "CheckFlag": 3, "CheckFlag": 2}]}}',
    ],
)
def test_an_invalid_page_is_refused(body: bytes) -> None:
    """A page has a list of objects, a request id, and no duplicate names."""
    with pytest.raises(TransientError):
        decode_page(body)


def test_only_the_flag_of_a_list_is_kept() -> None:
    """Names, messages and all other fields of the list stay out of values and errors."""
    private = {"MigrateName": "hush-1", "Message": "hush-2", "Source": {"UserName": "hush-3", "Password": "hush-4"}}
    assert "hush" not in repr(decode_page(page(task(7, 2, **private))))
    with pytest.raises(TransientError) as raised:
        decode_page(page({**private, "MigrateId": 7}, "hush-5"))
    assert "hush" not in str(raised.value)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (0, '"not checked" (CheckFlag 0)'),
        (1, '"passed" (CheckFlag 1)'),
        (2, '"failed" (CheckFlag 2)'),
        (3, '"checking" (CheckFlag 3)'),
        (4, "CheckFlag 4"),
        (None, "CheckFlag None"),
    ],
)
def test_a_published_flag_has_a_name(code: int | None, text: str) -> None:
    """The page publishes four; other codes have no name. Only 2 is a failure."""
    flag = CheckFlag(code)
    assert (str(flag.sentence), flag.failed) == (text, code == 2)
    assert {flag: "as a key"}[CheckFlag(code)]


@pytest.mark.parametrize(
    ("progress", "is_so"),
    [
        (make_progress(2, 0, 1, -2), True),
        (make_progress(1, -1), True),
        (make_progress(3, 0, 0, 2**40), True),
        (make_progress(2, 0, 0, -2), False),
        (make_progress(2, 0, -2, -2), False),
        (make_progress(3, 0, 7, -2), False),
        (make_progress(1, 0, 7, -2), False),
        (make_progress(0, 7), False),
        (make_progress(2, 7), False),
        (make_progress(4, 0, 0, 7), False),
        (make_progress(1), False),
        (make_progress(2, 0, 7, total=5), True),
    ],
)
def test_the_flag_is_queried_if_the_current_steps_code_is_undocumented(progress: Progress, *, is_so: bool) -> None:
    """Neither another step's code nor a missing step's matters."""
    assert is_unexplained(progress) == is_so
