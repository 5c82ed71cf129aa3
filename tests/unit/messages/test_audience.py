"""The audience of an error determines its wording."""

from harness.error_texts import full_text
from harness.responses import MIGRATION, make_progress

from pulumi_tcsql_check.errors import CheckTimeoutError, WaitCancelledError
from pulumi_tcsql_check.messages.audience import COMMAND


def test_an_error_names_what_its_reader_can_change() -> None:
    """Inputs and `pulumi up` for a program, options and the command for the shell."""
    late = CheckTimeoutError(MIGRATION, 60.0, make_progress(1, 7), unchanged_seconds=50.0)
    assert "set failed_statuses=[7], so that the wait ends at once; if it runs, raise timeout_seconds" in full_text(
        late
    )
    assert "Run again to wait for it: pulumi up" in full_text(WaitCancelledError())
    words = "set --failed-status 7, so that the wait ends at once; if it runs, raise --timeout-seconds"
    assert words in full_text(late, COMMAND)
    assert "Run again to wait for it: tcsql-check wait" in full_text(WaitCancelledError(), COMMAND)
