"""Which pages of the list of migrations are read, when, and what is known from them."""

from collections.abc import Collection, Iterable, Mapping

import pytest
from harness.responses import make_page

from pulumi_tcsql_check.model.check_flag import CheckFlag
from pulumi_tcsql_check.model.migration_list import SEARCHED_PAGES
from pulumi_tcsql_check.model.progress import Migration
from pulumi_tcsql_check.polling.flag_list import (
    CONFIRM_SECONDS,
    MANY,
    PAGES_PER_SECOND,
    SEARCH_SECONDS,
    SEARCHED_PAGES_FOR_MANY,
    SWEEP_SECONDS,
    FlagList,
)


def of(numbers: Iterable[int]) -> list[Migration]:
    """Make migrations with these ids."""
    return [Migration(number, "ap-guangzhou") for number in numbers]


def waiting_for(*numbers: int) -> FlagList:
    """Make a list that something waits for."""
    flags = FlagList()
    flags.join(of(numbers))
    return flags


MANY_IDS = range(1, MANY + 1)


def sweep(flags: FlagList, now: float, pages: Mapping[int, Collection[int]], last: int, code: int = 3) -> list[int]:
    """Read all pages of a sweep, with these migrations on them; return the pages' numbers."""
    read = list[int]()
    while (number := flags.take(now)) is not None:
        read.append(number)
        flags.keep(make_page(dict.fromkeys(pages.get(number, ()), code), is_last=number == last))
    return read


def test_the_first_sweep_ends_at_the_page_with_the_last_migration() -> None:
    """It reads from the newest migrations on, and no page behind."""
    flags = waiting_for(*MANY_IDS)
    assert sweep(flags, 0, {1: MANY_IDS[:5], 3: MANY_IDS[5:]}, last=9) == [0, 1, 2, 3]
    assert {flag.code for flag in flags.latest.values()} == {3}
    assert flags.latest.keys() == set(MANY_IDS)


def test_a_later_sweep_reads_only_the_pages_that_list_one_still_waited_for() -> None:
    """A migration that passed no longer counts, unless another wait waits for it too."""
    flags = waiting_for(*MANY_IDS, 98, 99)
    flags.join(of([99]))
    pages = {1: MANY_IDS, 3: [99], 4: [98]}
    sweep(flags, 0, pages, last=9)
    for number in (98, 99):
        flags.leave(*of([number]))
    assert sweep(flags, 3, pages, last=9) == [1, 3]
    flags.leave(*of([99]))
    assert sweep(flags, 6, pages, last=9) == [1]


def test_while_many_are_waited_for_a_sweep_begins_about_every_three_seconds() -> None:
    """It needs no request."""
    flags = waiting_for(*MANY_IDS)
    assert sweep(flags, 0, {0: MANY_IDS}, last=0) == [0]
    assert flags.next_due() == SWEEP_SECONDS == 2.8
    assert flags.take(2.7) is None
    assert sweep(flags, 3, {0: MANY_IDS}, last=0) == [0]


def test_for_fewer_a_sweep_needs_a_request_and_ten_seconds() -> None:
    """One request is good for one sweep."""
    flags = waiting_for(*MANY_IDS[1:])
    assert (flags.next_due(), flags.take(0)) == (float("inf"), None)
    flags.request()
    assert sweep(flags, 0, {0: MANY_IDS}, last=0) == [0]
    assert flags.take(99) is None
    flags.request()
    assert flags.next_due() == CONFIRM_SECONDS == 10
    assert (flags.take(9.9), flags.take(10)) == (None, 0)


def test_a_sweep_of_many_pages_is_followed_by_a_longer_pause() -> None:
    """On average at most four pages a second are read."""
    flags = waiting_for(*MANY_IDS)
    pages = {number: [one] for number, one in enumerate(MANY_IDS)}
    assert len(sweep(flags, 0, pages, last=50)) == len(pages)
    assert flags.next_due() == len(pages) / PAGES_PER_SECOND == 5


@pytest.mark.parametrize(("count", "pages"), [(1, SEARCHED_PAGES), (MANY, SEARCHED_PAGES_FOR_MANY)])
def test_a_search_reads_a_limited_number_of_pages(count: int, pages: int) -> None:
    """It is larger if many are waited for."""
    flags = waiting_for(*range(1, count + 1))
    flags.request()
    assert sweep(flags, 0, {}, last=1000) == list(range(pages))
    assert (SEARCHED_PAGES, SEARCHED_PAGES_FOR_MANY) == (5, 50)


def test_what_is_missing_is_searched_again_after_half_a_minute() -> None:
    """Meanwhile the known pages are read; a list that never has it isn't searched all the time."""
    flags = waiting_for(*MANY_IDS)
    pages = {0: MANY_IDS[1:]}
    assert sweep(flags, 0, pages, last=2) == [0, 1, 2]
    assert [sweep(flags, now, pages, last=2) for now in range(3, 30, 3)] == [[0]] * 9
    assert SEARCH_SECONDS == 30
    assert sweep(flags, 30, pages, last=2) == [0, 1, 2]


def test_a_list_that_has_none_of_many_is_searched_every_half_minute() -> None:
    """Few are searched at each request: a new migration may be listed soon."""
    flags = waiting_for(*MANY_IDS)
    assert sweep(flags, 0, {}, last=2) == [0, 1, 2]
    assert (flags.next_due(), flags.take(29.9)) == (SEARCH_SECONDS, None)
    assert sweep(flags, 30, {0: MANY_IDS}, last=2) == [0]
    few = waiting_for(1)
    for now in (0, 10, 20):
        few.request()
        assert sweep(few, now, {}, last=2) == [0, 1, 2]


def test_a_migration_that_moves_to_the_next_page_is_searched_at_the_next_sweep() -> None:
    """A newer migration moves all others on by one."""
    flags = waiting_for(*MANY_IDS)
    sweep(flags, 0, {0: MANY_IDS}, last=3)
    moved = {0: MANY_IDS[1:], 1: MANY_IDS[:1]}
    assert sweep(flags, 60, moved, last=3) == [0]
    assert sweep(flags, 63, moved, last=3) == [0, 1]
    assert sweep(flags, 66, moved, last=3) == [0, 1]


def test_one_page_at_a_time_is_read() -> None:
    """A second thread gets none, and none is due for it."""
    flags = waiting_for(*MANY_IDS)
    assert flags.take(0) == 0
    assert (flags.take(99), flags.next_due()) == (None, float("inf"))


def test_a_page_that_could_not_be_read_ends_the_sweep() -> None:
    """Nothing is known until the next one, which begins at its time."""
    flags = waiting_for(*MANY_IDS)
    sweep(flags, 0, {0: MANY_IDS[:5], 1: MANY_IDS[5:]}, last=1)
    flags.take(3)
    flags.skip()
    assert (flags.latest, flags.next_due(), flags.take(5.7)) == ({}, 3 + SWEEP_SECONDS, None)
    assert sweep(flags, 6, {0: MANY_IDS[:5], 1: MANY_IDS[5:]}, last=1) == [0, 1]


def test_a_search_that_fails_late_is_not_repeated_all_the_time() -> None:
    """Its pages count as those of a whole sweep, the last one too."""
    flags = waiting_for(*MANY_IDS)
    for _ in range(20):
        flags.take(0)
        flags.keep(make_page({}, is_last=False))
    flags.take(0)
    flags.skip()
    assert flags.next_due() == 21 / PAGES_PER_SECOND


def test_a_closed_list_is_never_due() -> None:
    """The API has refused it."""
    flags = waiting_for(*MANY_IDS)
    flags.take(0)
    flags.close()
    flags.request()
    assert (flags.is_for_many, flags.next_due(), flags.take(1000)) == (False, float("inf"), None)


def test_a_search_returns_what_is_on_no_page() -> None:
    """A sweep of the known pages returns nothing, and neither does a page in mid-search."""
    flags = waiting_for(*MANY_IDS)
    flags.take(0)
    assert flags.keep(make_page(dict.fromkeys(MANY_IDS[2:], 3), is_last=False)) == ()
    flags.take(0)
    assert flags.keep(make_page({})) == set(MANY_IDS[:2])
    flags.take(3)
    assert flags.keep(make_page(dict.fromkeys(MANY_IDS[2:], 3), is_last=False)) == ()


def seen(*codes: int | None, every: float = 3.0) -> FlagList:
    """Read the flag of the first migration so often; None is a sweep that doesn't list it."""
    flags = waiting_for(*MANY_IDS)
    for number, code in enumerate(codes):
        flags.take(number * every)
        rest = dict.fromkeys(MANY_IDS[1:], 3)
        flags.keep(make_page(rest if code is None else {1: code, **rest}, f"r-{number}"))
    return flags


@pytest.mark.parametrize(
    ("codes", "since", "is_failed"),
    [
        ((2, 2, 2, 2, 2), 0, True),
        ((3, 3, 3, 2, 2, 2, 2, 2), 0, True),
        ((2, 2, 2, 2), 0, False),
        ((2, 2, 2, 2, 2), 1, False),
        ((2, 2, 2, 2, 2, 2), 1, True),
        ((2, 2, 3, 2, 2), 0, False),
        ((2, 2, None, 2, 2), 0, False),
        ((2, 2, 2, 2, 1), 0, False),
        ((), 0, False),
    ],
)
def test_a_flag_fails_a_wait_only_if_every_response_of_ten_seconds_has_it(
    codes: tuple[int | None, ...], since: float, *, is_failed: bool
) -> None:
    """All of them are to queries that began after the steps last changed; an unlisted migration has no flag."""
    found = seen(*codes).confirmed_failure(Migration(1, "ap-guangzhou"), since)
    assert found == (CheckFlag(2, f"r-{len(codes) - 1}") if is_failed else None)
