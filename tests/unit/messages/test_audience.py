"""Who reads an error decides what things are called in it."""

from harness.answers import MIGRATION, seen
from harness.texts import whole

from pulumi_tcsql_check.errors import CheckTimeoutError, WaitCancelledError
from pulumi_tcsql_check.messages.audience import COMMAND


def test_an_error_names_what_its_reader_can_change() -> None:
    """Inputs and `pulumi up` for a program, options and the command for the shell."""
    late = CheckTimeoutError(MIGRATION, 60.0, seen(1, 7), unchanged_seconds=50.0)
    assert "with failed_statuses=[7]; if it runs, raise timeout_seconds" in whole(late)
    assert "Run again to wait for it: pulumi up" in whole(WaitCancelledError())
    assert "with --failed-status 7; if it runs, raise --timeout-seconds" in whole(late, COMMAND)
    assert "Run again to wait for it: tcsql-check wait" in whole(WaitCancelledError(), COMMAND)
