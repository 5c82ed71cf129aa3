"""One wait's part in a list of migrations: its requests, its warnings, and what it shares."""

import logging
from collections.abc import Sequence
from contextlib import AbstractContextManager

import pytest
from harness.fake_clock import FakeClock
from harness.responses import make_page, make_progress
from harness.stub_api import StubApi

from pulumi_tcsql_check.errors import PermanentError, TransientError, WaitCancelledError
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.log import LOGGER
from pulumi_tcsql_check.model.migration_list import MigrationPage
from pulumi_tcsql_check.model.progress import Migration
from pulumi_tcsql_check.polling.flag_list import MANY, FlagList
from pulumi_tcsql_check.polling.flag_reader import PAGE_SECONDS, FlagReader, shared

WAVE = [Migration(number, "ap-guangzhou") for number in range(1, MANY + 1)]
REFUSED = PermanentError("It answered UnauthorizedOperation: No.", code="UnauthorizedOperation")


class Reading:
    """A reader, its requests and its warnings."""

    def __init__(self, migrations: Sequence[Migration] = WAVE) -> None:
        """Join a list of its own."""
        self.clock = FakeClock()
        self.warnings: list[Sentence] = []
        self.seconds: list[float] = []
        self.reader = FlagReader(FlagList(), migrations, clock=self.clock, warn=self.warnings.append)

    def read(self, result: MigrationPage | BaseException, deadline: float = 9999.0) -> None:
        """Read the page that is due."""

        def page(_number: int, until: float) -> MigrationPage:
            self.seconds.append(until - self.clock.now)
            if isinstance(result, BaseException):
                raise result
            return result

        self.reader.flags.request()
        number = self.reader.flags.take(self.clock.now)
        assert number is not None
        self.reader.read(StubApi(lambda _: make_progress(1, 1), page=page), number, deadline)
        self.clock.advance(60)


def test_a_page_has_three_seconds_and_not_longer_than_the_wait() -> None:
    """A server that doesn't respond delays the polls no longer."""
    reading = Reading()
    reading.read(make_page({}))
    reading.read(make_page({}), reading.clock.now + 1)
    assert reading.seconds == [PAGE_SECONDS, 1]


def test_a_page_is_in_the_log_of_the_first_migration(caplog: pytest.LogCaptureFixture) -> None:
    """The record has that one's flag."""
    caplog.set_level(logging.DEBUG, LOGGER.name)
    Reading().read(make_page({1: 3, MANY: 2}))
    (record,) = caplog.records
    assert (record.__dict__["migrate_id"], record.__dict__["code"]) == (1, 3)


def test_a_wave_that_the_list_does_not_have_is_reported_once() -> None:
    """The line has how many it has; a complete list, or a failed page, gets no warning."""
    reading = Reading()
    reading.read(TransientError("No connection."))
    reading.read(make_page(dict.fromkeys(range(1, MANY + 1), 3)))
    assert reading.warnings == []
    for _ in range(3):
        reading.read(make_page({1: 3, 2: 3}))
    (warning,) = reading.warnings
    assert str(warning) == (
        f"{MANY} migration checks (ap-guangzhou): the list of migrations has 2 of {MANY}, so a pass may be seen late."
    )


def test_a_few_migrations_that_the_list_does_not_have_are_not_reported() -> None:
    """Their passes are seen as soon without it."""
    reading = Reading(WAVE[1:])
    reading.read(make_page({}))
    assert reading.warnings == []


def test_a_refused_list_is_reported_and_closed() -> None:
    """The wait goes on with the steps alone."""
    reading = Reading()
    reading.read(REFUSED)
    assert reading.reader.flags.next_due() == float("inf")
    (warning,) = reading.warnings
    assert "the wait uses the steps alone" in str(warning)


def test_a_cancelled_query_leaves_the_list_to_the_other_waits() -> None:
    """It is no longer being read."""
    reading = Reading()
    with pytest.raises(WaitCancelledError):
        reading.read(WaitCancelledError())
    assert reading.reader.flags.next_due() < float("inf")


def test_waits_of_one_key_share_a_list_while_one_of_them_lasts() -> None:
    """Many single gates are many; the list of another account is another one."""
    clock = FakeClock()

    def join(key: str, number: int) -> AbstractContextManager[FlagReader]:
        return shared(key, [Migration(number, "ap-guangzhou")], clock=clock, warn=lambda _: None)

    with join("a", 1) as first:
        for number in range(2, MANY + 1):
            with join("a", number) as other:
                assert other.flags is first.flags
        assert not first.flags.is_for_many
        first.leave(Migration(1, "ap-guangzhou"))
        with join("b", 1) as elsewhere:
            assert elsewhere.flags is not first.flags
    with join("a", 1) as later:
        assert later.flags is not first.flags
    readers = [join("c", number) for number in range(1, MANY + 1)]
    last = [reader.__enter__() for reader in readers][-1]
    assert last.flags.is_for_many
    for reader in readers:
        reader.__exit__(None, None, None)
    assert last.flags.next_due() == float("inf")
