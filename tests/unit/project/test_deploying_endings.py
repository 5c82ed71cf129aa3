"""The automation guide's exit codes: each error of the package has one, whatever its text is."""

from collections.abc import Iterator, Mapping

import pytest
from harness.guide import EXAMPLES, module
from harness.responses import MIGRATION

from pulumi_tcsql_check import errors
from pulumi_tcsql_check.errors.check import FailedError
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.messages.audience import PROGRAM
from pulumi_tcsql_check.messages.errors import text_of
from pulumi_tcsql_check.model.check_flag import CheckFlag
from pulumi_tcsql_check.model.flow import Flow
from pulumi_tcsql_check.model.group import Member
from pulumi_tcsql_check.model.progress import Migration, Progress, StepDetail

ENDINGS = module("automation", "endings")
Ending = ENDINGS.Ending
PROGRESS = Progress(1, 1, (StepDetail("migration check 1 (x) had not passed after", -1, "failed at step 1"),), "r")
FLOW = Flow(1001)
SAID = "The wait for the migration check was cancelled; migration check 1066 (ap-guangzhou) failed at step 4"
"""Text of a server that imitates the gate."""

MEMBERS = [Member(MIGRATION, PROGRESS, "running"), Member(Migration(7, "ap-guangzhou"), PROGRESS, "running")]
FAILED = errors.CheckFailedError(MIGRATION, PROGRESS, [1])
LATE = errors.CheckTimeoutError(MIGRATION, 1800, PROGRESS)
SENTENCES: Mapping[type[errors.TcsqlCheckError], tuple[errors.TcsqlCheckError, str]] = {
    errors.InvalidInputError: (errors.InvalidInputError("region", SAID, "another"), "trouble"),
    errors.StaleInputError: (errors.StaleInputError(Sentence("input not known", name="flowId")), "trouble"),
    errors.CredentialsError: (errors.CredentialsError("No Tencent Cloud credentials were found.", ["x"]), "trouble"),
    errors.StartUnknownError: (errors.StartUnknownError(MIGRATION, errors.TransientError(SAID)), "trouble"),
    errors.SomeNotStartedError: (errors.SomeNotStartedError([MIGRATION], {}, {}), "trouble"),
    errors.MigrationOverError: (errors.MigrationOverError(MIGRATION, 6), "trouble"),
    errors.AccountError: (errors.AccountError("1", "AKID", "tencentcloud:x", forbidden=True), "trouble"),
    FailedError: (FAILED, "failed"),
    errors.CheckFailedError: (FAILED, "failed"),
    errors.FlagFailedError: (errors.FlagFailedError(MIGRATION, PROGRESS, CheckFlag(2)), "failed"),
    errors.FlowFailedError: (errors.FlowFailedError(MIGRATION, FLOW), "failed"),
    errors.GroupFailedError: (errors.GroupFailedError(MEMBERS, {MIGRATION: FAILED}), "failed"),
    errors.GroupTimeoutError: (errors.GroupTimeoutError(MEMBERS, {MIGRATION: LATE}), "timed-out"),
    errors.CheckTimeoutError: (LATE, "timed-out"),
    errors.WaitCancelledError: (errors.WaitCancelledError(), "interrupted"),
    errors.ApiError: (errors.ApiError(f"{MIGRATION}: {SAID}"), "trouble"),
    errors.ThrottledError: (errors.ThrottledError(f"{MIGRATION}: {SAID}"), "trouble"),
    errors.NoTurnError: (errors.NoTurnError(f"{MIGRATION}: {SAID}"), "trouble"),
    errors.TransientError: (errors.TransientError(f"{MIGRATION}: {SAID}"), "trouble"),
    errors.OutageError: (errors.OutageError(MIGRATION, 120, errors.TransientError(SAID)), "trouble"),
    errors.NotYetFoundError: (errors.NotYetFoundError(f"{MIGRATION}: {SAID}"), "trouble"),
    errors.PermanentError: (errors.PermanentError(f"{MIGRATION}: {SAID}"), "trouble"),
    errors.ExpiredTokenError: (errors.ExpiredTokenError(f"{MIGRATION}: {SAID}"), "trouble"),
    errors.UnanswerableError: (errors.UnanswerableError(f"{MIGRATION}: {SAID}"), "trouble"),
    errors.NotFoundError: (errors.NotFoundError(f"{MIGRATION}: {SAID}"), "trouble"),
}


def below(kind: type[errors.TcsqlCheckError]) -> Iterator[type[errors.TcsqlCheckError]]:
    """Yield every class in the tree of errors."""
    for child in kind.__subclasses__():
        if child.__module__.startswith("pulumi_tcsql_check.errors"):
            yield child
            yield from below(child)


def test_every_error_of_the_package_has_an_exit_code() -> None:
    """The test's table must have each new error."""
    assert set(SENTENCES) == set(below(errors.TcsqlCheckError))


@pytest.mark.parametrize(("error", "word"), SENTENCES.values(), ids=[kind.__name__ for kind in SENTENCES])
def test_an_error_has_its_exit_code_from_the_guide(error: errors.TcsqlCheckError, word: str) -> None:
    """The error's code determines it, even if the API's text in it imitates another one."""
    assert ENDINGS.of_refusals([str(text_of(error, PROGRAM))]).word == word


def test_an_unknown_error_is_trouble() -> None:
    """It is neither a pass nor a failed check."""
    assert ENDINGS.of_refusals(["The gate stays shut: it failed with an unexpected error (KeyError)."]).exit_code == 4


def test_a_wait_that_another_gate_ended_has_no_result_of_its_own() -> None:
    """The refused gate determines the code; if its text is missing, the code isn't that of an interrupt."""
    ended = str(text_of(errors.WaitCancelledError("shop"), PROGRAM))
    assert (
        ENDINGS.of_refusals([ended, str(text_of(SENTENCES[errors.CheckTimeoutError][0], PROGRAM))]) is Ending.TIMED_OUT
    )
    assert ENDINGS.of_refusals([ended]) is Ending.TROUBLE


def test_the_refusal_of_highest_precedence_counts() -> None:
    """One gate failed, another timed out, and a third could not query."""
    sentences = [
        str(text_of(SENTENCES[kind][0], PROGRAM)) for kind in (errors.PermanentError, errors.CheckTimeoutError)
    ]
    assert ENDINGS.of_refusals(sentences) is Ending.TIMED_OUT
    assert ENDINGS.of_refusals([*sentences, str(text_of(FAILED, PROGRAM))]) is Ending.FAILED


@pytest.mark.parametrize(
    ("went_through", "was_interrupted", "refusals", "passed", "ending"),
    [
        (True, False, [], {"orders": True}, Ending.PASSED),
        (True, False, [], {"orders": True, "shop": False}, Ending.NOT_GATED),
        (True, False, [], {}, Ending.NOT_GATED),
        (True, True, [], {"orders": True}, Ending.PASSED),
        (False, True, ["something"], {}, Ending.INTERRUPTED),
        (False, False, [], {"orders": True}, Ending.ELSEWHERE),
        (False, False, ["something"], {}, Ending.TROUBLE),
    ],
)
def test_only_an_update_with_a_pass_ends_with_0(
    *, went_through: bool, was_interrupted: bool, refusals: list[str], passed: dict[str, bool], ending: object
) -> None:
    """Every other end has another code, including an update whose gate held nothing."""
    seen = ENDINGS.of_update(
        went_through=went_through, was_interrupted=was_interrupted, refusals=refusals, passed=passed
    )
    assert seen is ending


@pytest.mark.parametrize(
    ("urn", "gate"),
    [
        ("urn:pulumi:p::shop::pulumi-python:dynamic/tcsql:MigrationCheck::orders", True),
        ("urn:pulumi:p::shop::a:b:C$pulumi-python:dynamic/tcsql:MigrationCheck::or::ders", True),
        ("urn:pulumi:p::shop::pulumi-python:dynamic/tcsql:MigrationCheckGroup::wave", True),
        ("urn:pulumi:p::shop::pulumi-python:dynamic/tcsql:MigrationCheck$a:b:C::orders", False),
        ("urn:pulumi:p::shop::a:b:C::pulumi-python:dynamic/tcsql:MigrationCheck", False),
    ],
)
def test_only_the_type_identifies_a_gate(urn: str, gate: bool) -> None:
    """Neither a child of a gate nor a resource with its name is a gate."""
    assert ENDINGS.is_gate(urn) is gate


def test_the_guides_readme_has_the_table_of_exit_codes() -> None:
    """The table is that of the code, row by row."""
    readme = (EXAMPLES / "automation" / "README.md").read_text(encoding="utf-8")
    rows = [f"| {ending.exit_code} | `{ending.word}` |" for ending in Ending]
    assert [row for row in rows if row not in readme] == []
