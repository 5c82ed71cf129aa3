"""The troubleshooting page has each error code, with the text that the user sees."""

import re

import pytest
from harness.error_texts import full_text
from harness.pages import blocks, page, section
from harness.responses import MIGRATION

from pulumi_tcsql_check.emulator.scenario import PUBLISHED_STEPS
from pulumi_tcsql_check.errors import (
    AccountError,
    CheckFailedError,
    CheckTimeoutError,
    FlowFailedError,
    GroupFailedError,
    InvalidInputError,
    MigrationOverError,
    OutageError,
    PermanentError,
    StartUnknownError,
    TcsqlCheckError,
    TransientError,
    WaitCancelledError,
)
from pulumi_tcsql_check.errors.codes import CODES, code_of
from pulumi_tcsql_check.languages.sentence import CHINESE, ENGLISH, Language, Sentence
from pulumi_tcsql_check.messages.audience import PROGRAM, Audience, of_gate
from pulumi_tcsql_check.messages.errors import text_of
from pulumi_tcsql_check.model.flow import Flow
from pulumi_tcsql_check.model.group import Member
from pulumi_tcsql_check.model.progress import Progress, StepDetail

PAGE, CHINESE_PAGE = "docs/troubleshooting.md", "docs/zh/troubleshooting.md"
ENDPOINT = "sqlserver.intl.tencentcloudapi.com"
NOT_REACHED = TransientError(Sentence("no response", endpoint=ENDPOINT, cause="connection refused"))


def progress(current: int, *codes: int) -> Progress:
    """Return a response with the published steps."""
    steps = (StepDetail(step.name, code, step.message) for step, code in zip(PUBLISHED_STEPS, codes, strict=True))
    return Progress(len(codes), current, tuple(steps), "number")


CALLER = Sentence("credentials", secret_id="...0000", source=Sentence("source environment"))
FAILED = CheckFailedError(MIGRATION, progress(5, 0, 0, 0, -1, 1, -2, -2, -2), [4])
FLOW_FAILED = FlowFailedError(MIGRATION, Flow(1001, 1), FAILED.progress)
URN = "urn:pulumi:dev::shop::pulumi-python:dynamic/tcsql:MigrationCheckStart::orders"
BEHIND_A_START = of_gate({"starts": {"1066": URN}})
ERRORS = (
    FAILED,
    CheckTimeoutError(MIGRATION, 1800, progress(1, *[-2] * 8)),
    CheckTimeoutError(MIGRATION, 1800, progress(5, 0, 0, 0, 0, 1, -2, -2, -2), unchanged_seconds=60),
    WaitCancelledError(),
    WaitCancelledError("wave-1"),
    NOT_REACHED,
    OutageError(MIGRATION, 120, NOT_REACHED),
    FLOW_FAILED,
    StartUnknownError(MIGRATION, TransientError(Sentence("no response in time", endpoint=ENDPOINT, seconds=10))),
    MigrationOverError(MIGRATION, 6),
    AccountError("100000000002", CALLER, "tencentcloud:allowedAccountIds", forbidden=False),
    InvalidInputError("timeout_seconds", 0, Sentence("seconds above 0")),
)


@pytest.mark.parametrize(("path", "language"), [(PAGE, ENGLISH), (CHINESE_PAGE, CHINESE)])
@pytest.mark.parametrize("error", ERRORS, ids=code_of)
def test_a_section_shows_what_the_user_sees(error: TcsqlCheckError, path: str, language: Language) -> None:
    """The text is the code's, except for line breaks and the request's id."""
    text = text_of(error, BEHIND_A_START if error is FLOW_FAILED else PROGRAM).render(language).removesuffix("number")
    shown = section(path, code_of(error))
    assert "error:" + "".join(text.split()) in "".join(shown.split())


@pytest.mark.parametrize(
    ("path", "error", "audience"),
    [("docs/tutorial.md", FLOW_FAILED, BEHIND_A_START), ("examples/hold/README.md", FAILED, PROGRAM)],
)
def test_another_page_shows_what_the_user_sees(path: str, error: TcsqlCheckError, audience: Audience) -> None:
    """A page may end the text before the line `API:`."""
    shown = " ".join(page(path).split())
    assert f"error: {full_text(error, audience).partition(' API: ')[0]}" in shown


def test_every_error_code_has_its_section() -> None:
    """The page has exactly the codes of the errors."""
    group = GroupFailedError([Member(MIGRATION, None, "unknown")], {MIGRATION: PermanentError("No.")})
    late = CheckTimeoutError(MIGRATION, 1, progress(1, *[-2] * 8))
    others = {code_of(error) for error in (group, late, WaitCancelledError("orders"), ValueError())}
    sections = re.findall(r"(?m)^## ([a-z]+(?:-[a-z]+)*)$", page(PAGE))
    assert len(sections) == len(set(sections))
    assert set(sections) == {code for _, code in CODES} | others


def test_every_section_says_what_to_do() -> None:
    """Each names the cause, or has a table of causes, and an action."""
    for name in re.findall(r"(?m)^## ([a-z]+(?:-[a-z]+)*)$", page(PAGE)):
        text = section(PAGE, name)
        assert "**Why.**" in text or "| why |" in text, name
        assert "**What to do.**" in text or "what to do |" in text, name


def test_the_other_texts_on_the_page_are_the_catalogues() -> None:
    """The error of missing credentials, of which the sources may change, begins and ends as the code's."""
    (text,) = blocks(section(PAGE, "credentials"), "text")
    assert text.startswith("error: No Tencent Cloud credentials were found.\n")
    assert str(Sentence("set credentials of stack")) in " ".join(text.split())
