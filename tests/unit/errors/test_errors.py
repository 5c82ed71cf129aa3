"""The tree of errors, and the facts and the short sentence of each."""

import pytest
from harness.responses import MIGRATION, make_progress

from pulumi_tcsql_check import errors
from pulumi_tcsql_check.errors import (
    ApiError,
    CheckFailedError,
    CheckTimeoutError,
    CredentialsError,
    ExpiredTokenError,
    FlagFailedError,
    FlowFailedError,
    GroupFailedError,
    GroupTimeoutError,
    InvalidInputError,
    NotFoundError,
    NoTurnError,
    NotYetFoundError,
    OutageError,
    PermanentError,
    TcsqlCheckError,
    ThrottledError,
    TransientError,
    UnanswerableError,
    WaitCancelledError,
)
from pulumi_tcsql_check.errors.check import FailedError
from pulumi_tcsql_check.model.check_flag import CheckFlag
from pulumi_tcsql_check.model.flow import Flow
from pulumi_tcsql_check.model.group import Member

AGAIN = "tcsql-check start 1066 --region ap-guangzhou"


def test_the_error_tree_matches_the_drawing() -> None:
    """Each error's parent is the one at the top of the module."""
    assert ApiError.__bases__ == CheckTimeoutError.__bases__ == (TcsqlCheckError,)
    assert WaitCancelledError.__bases__ == CredentialsError.__bases__ == (TcsqlCheckError,)
    assert ThrottledError.__bases__ == TransientError.__bases__ == PermanentError.__bases__ == (ApiError,)
    assert OutageError.__bases__ == NotYetFoundError.__bases__ == (TransientError,)
    assert NoTurnError.__bases__ == (ThrottledError,)
    assert NotFoundError.__bases__ == (UnanswerableError,)
    assert UnanswerableError.__bases__ == (PermanentError,)
    assert FlowFailedError.__bases__ == FlagFailedError.__bases__ == CheckFailedError.__bases__ == (FailedError,)
    assert FailedError.__bases__ == (TcsqlCheckError,)
    assert ExpiredTokenError.__bases__ == (PermanentError,)
    assert InvalidInputError.__bases__ == (TcsqlCheckError, ValueError)
    for name in vars(errors):
        if name.endswith("Error"):
            assert f" {name} " in (errors.__doc__ or "") or name == "TcsqlCheckError"


def test_an_invalid_input_is_named_with_its_value_and_range() -> None:
    """The error shows a long or unprintable value cut and escaped."""
    error = InvalidInputError("region", "a\n\x1b" + "b" * 500, "a region")
    assert (error.name, error.value) == ("region", "a\n\x1b" + "b" * 500)
    assert str(error).startswith(r"region is 'a\n\x1bbbb")
    assert str(error).endswith("…, but must be a region.")
    assert len(str(error)) == len("region is , but must be a region.") + 80


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (CheckFailedError(MIGRATION, make_progress(3, 0, -1, 1), [2]), "failed at step 2 of 3"),
        (FlagFailedError(MIGRATION, make_progress(2, 0, 7), CheckFlag(2)), "failed as a whole (CheckFlag 2)"),
        (FlowFailedError(MIGRATION, Flow(1001, 1)), "failed: flow 1001 has failed"),
        (CheckTimeoutError(MIGRATION, 1800), "had not passed after 1800 s"),
    ],
)
def test_the_error_of_a_check_is_one_short_sentence(error: TcsqlCheckError, sentence: str) -> None:
    """The sentence is for a log or a debugger; `messages` adds what to do next."""
    assert str(error) == f"{MIGRATION} {sentence}"


def test_the_error_of_a_group_counts_in_one_short_sentence() -> None:
    """A failed group and a group that timed out each have a count and the total."""
    members = [Member(MIGRATION, None, "unknown")] * 3
    late = CheckTimeoutError(MIGRATION, 1800)
    failed = GroupFailedError(members, {MIGRATION: PermanentError("No.")})
    assert str(failed) == "1 of 3 migration checks (ap-guangzhou) could not be queried"
    assert (
        str(GroupTimeoutError(members, {MIGRATION: late}))
        == "1 of 3 migration checks (ap-guangzhou) had not passed after 1800 s"
    )


def test_a_call_names_its_checks_and_its_flow() -> None:
    """The names that are unknown are left out."""
    error = PermanentError("No.", request_id="r-1")
    error.flow_id = 1001
    assert str(error) == "flow 1001: No. Request r-1."
    error.migrations = [MIGRATION]
    assert str(error) == "migration check 1066 (ap-guangzhou): flow 1001: No. Request r-1."
