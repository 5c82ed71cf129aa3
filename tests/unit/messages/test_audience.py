"""In whose words an error tells what to do next."""

import pytest
from harness.answers import MIGRATION, seen

from pulumi_tcsql_check.errors import CheckTimeoutError, WaitCancelledError
from pulumi_tcsql_check.messages import audience


def test_an_error_speaks_to_a_program_unless_told_otherwise() -> None:
    """For as long as a block lasts, also where it ends with an error."""

    def sentence() -> str:
        return str(CheckTimeoutError(MIGRATION, 60.0, "1/1", seen(1, 7), unchanged_seconds=50.0))

    as_a_program = sentence()
    assert "(timeout_seconds)" in as_a_program
    assert "with failed_statuses=[7]; if it runs, raise timeout_seconds." in as_a_program
    with audience.speaking(audience.COMMAND):
        assert "(--timeout-seconds)" in sentence()
        assert "with --failed-status 7; if it runs, raise --timeout-seconds." in sentence()
        assert "Run `tcsql-check wait` again" in str(WaitCancelledError())
    with pytest.raises(ZeroDivisionError), audience.speaking(audience.COMMAND):
        raise ZeroDivisionError
    assert sentence() == as_a_program
    assert "Run `pulumi up` again" in str(WaitCancelledError())
