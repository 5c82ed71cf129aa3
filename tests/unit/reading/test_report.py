"""What is told while several checks are looked at."""

from harness.answers import seen

from pulumi_tcsql_check.model.flow import Evidence
from pulumi_tcsql_check.model.progress import Migration
from pulumi_tcsql_check.polling.policy import PollPolicy
from pulumi_tcsql_check.polling.watch import Watch
from pulumi_tcsql_check.reading.report import count_of


def watches(count: int) -> list[Watch]:
    """Begin to look at so many at the instant 100."""
    policy = PollPolicy(10, 0, once=True)
    return [Watch(Migration(number, "ap-guangzhou"), policy, 100.0) for number in range(1, count + 1)]


def test_a_long_look_at_several_tells_how_many_it_has_seen() -> None:
    """Every five seconds, since a preview of hundreds takes a minute."""
    several, lines = watches(2), list[str]()
    tell = count_of(several, lines.append)
    tell(104.9)
    assert lines == []
    several[0].end = Evidence(seen(1, 0))
    for now in (105.0, 109.9, 110.0):
        tell(now)
    assert lines == ["1 of 2 looked at"] * 2


def test_a_look_at_one_tells_no_number() -> None:
    """Its words are all there is to tell."""
    lines: list[str] = []
    count_of(watches(1), lines.append)(200.0)
    assert lines == []
