"""The README agrees with the code."""

import inspect
import re
from pathlib import Path

import pytest
from harness.error_texts import full_text
from harness.fault_cases import FAULTS
from harness.responses import MIGRATION

from pulumi_tcsql_check import MigrationCheck, MigrationCheckGroup, MigrationCheckResult, MigrationCheckStart
from pulumi_tcsql_check.config import provider_config, validation
from pulumi_tcsql_check.emulator import (
    DUMMY_SECRET_ID,
    DUMMY_SECRET_KEY,
    OTHER_ACCOUNT_ID,
    OTHER_SECRET_ID,
    OTHER_SECRET_KEY,
    built_in_names,
)
from pulumi_tcsql_check.emulator.scenario import PUBLISHED_STEPS
from pulumi_tcsql_check.errors import (
    CheckFailedError,
    CheckTimeoutError,
    GroupFailedError,
    PermanentError,
    WaitCancelledError,
)
from pulumi_tcsql_check.errors.codes import CODES, code_of
from pulumi_tcsql_check.languages.sentence import CHINESE, write
from pulumi_tcsql_check.model import migration_list
from pulumi_tcsql_check.model.group import Member
from pulumi_tcsql_check.model.progress import Progress, StepDetail
from pulumi_tcsql_check.model.remedies import REMEDIES
from pulumi_tcsql_check.polling import check_flag_monitor
from pulumi_tcsql_check.program import get_migration_check
from pulumi_tcsql_check.starting import starter
from pulumi_tcsql_check.tencent import sqlserver

ROOT = Path(__file__).resolve().parents[3]
README = (ROOT / "README.md").read_text(encoding="utf-8")


LINK = r"\]\(#([^)]+)\)"


def anchor(heading: str) -> str:
    """Return a heading's anchor: in small letters, without punctuation, with dashes for spaces."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def table(heading: str) -> list[list[str]]:
    """Return the cells of the first table below a heading, without its head."""
    section = README.split(f"\n## {heading}\n", 1)[1]
    first = re.search(r"(?m)(^\|.+\|\n)+", section.split("\n## ", 1)[0])
    assert first is not None
    rows = re.findall(r"(?m)^\|(.+)\|$", first[0])
    return [[cell.strip() for cell in row.split(" | ")] for row in rows[2:]]


def test_the_first_program_is_the_example() -> None:
    """Users copy the program that the tests run."""
    program = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    assert program is not None
    assert program[1] == (ROOT / "examples" / "gate" / "__main__.py").read_text(encoding="utf-8")


def test_the_commands_come_first() -> None:
    """The first block has the two commands."""
    block = README.split("```console\n", 1)[1].split("```", 1)[0]
    assert [line.split("#")[0].strip() for line in block.splitlines()] == ["$ make up", "$ make test"]


def test_every_input_is_in_the_table_with_its_default() -> None:
    """The table has the constructor's names, and the defaults that the provider fills in."""
    rows = {cells[0].strip("`"): cells for cells in table("Inputs")}
    assert set(rows) == set(inspect.signature(MigrationCheck).parameters) - {"name"}
    assert rows["timeout_seconds"][2] == f"{validation.DEFAULT_TIMEOUT_SECONDS:g}"
    assert rows["poll_interval_seconds"][2] == f"{validation.DEFAULT_POLL_INTERVAL_SECONDS:g}"


def test_every_output_is_in_the_table_and_a_read_has_the_same_fields() -> None:
    """The section about reading refers to "the outputs above", and names the token."""
    names = [name.strip("` ") for cells in table("Outputs") for name in cells[0].split(",")]
    assert names == list(inspect.get_annotations(MigrationCheckResult))
    assert f"for the token `{get_migration_check.TOKEN}`" in README


def test_every_remedy_is_in_the_table_word_for_word() -> None:
    """The table has both names, the sentence and the source of each step, in the order of the steps."""
    part = README.split("\n### What to look at when a step has failed\n", 1)[1].split("\n## ", 1)[0]
    rows = [tuple(cell.strip() for cell in row.split(" | ")) for row in re.findall(r"(?m)^\|(.+)\|$", part)[2:]]
    assert rows == [
        (f"{remedy.title}, {write(remedy.title, CHINESE)}", str(remedy.sentence), f"[page]({remedy.source})")
        for remedy in REMEDIES
    ]


def test_every_error_code_is_explained() -> None:
    """The section has exactly the codes of the errors."""
    part = README.split("\n### Codes\n", 1)[1].split("\n### ", 1)[0]
    explained = re.findall(r"`([a-z-]+)`", "".join(re.findall(r"(?m)^\|(.+?) \|", part)[2:]))
    group = GroupFailedError([Member(MIGRATION, None, "unknown")], {MIGRATION: PermanentError("No.")})
    late = CheckTimeoutError(MIGRATION, 1, Progress(1, 1, (StepDetail("a", -2, ""),), "r"))
    others = {code_of(error) for error in (group, late, WaitCancelledError("orders"), ValueError())}
    assert set(explained) == {code for _, code in CODES} | others


@pytest.mark.parametrize("path", ["README.md", "examples/hold/README.md"])
def test_the_failed_check_on_the_page_is_the_codes_output(path: str) -> None:
    """The text is that of the scenario `fail`, except for line breaks and the request id."""
    codes = (0, 0, 0, -1, 1, -2, -2, -2)
    steps = tuple(StepDetail(step.name, code, step.message) for step, code in zip(PUBLISHED_STEPS, codes, strict=True))
    text = full_text(CheckFailedError(MIGRATION, Progress(len(steps), 5, steps, "number"), [4]))
    page = " ".join((ROOT / path).read_text(encoding="utf-8").split())
    assert f"error: {text.removesuffix('number')}" in page


def test_every_built_in_scenario_is_in_the_table() -> None:
    """The table has exactly the emulator's scenarios; faults have a table of their own."""
    *stories, (elsewhere, _) = table("Rehearsal")
    faults = [cells[1].strip("`") for cells in table("What it survives")]
    assert elsewhere == 'any of "What it survives"'
    assert sorted({*faults, *(cells[0].strip("`") for cells in stories)}) == sorted(built_in_names())


def test_the_table_of_faults_is_the_tests_own() -> None:
    """The end-to-end test uses the same table."""
    part = README.split("\n## What it survives\n", 1)[1].split("\n## ", 1)[0]
    assert re.findall(r"(?m)^\|.+\|$", part)[2:] == [fault.row for fault in FAULTS]


def test_the_rehearsal_has_the_emulators_own_keys() -> None:
    """Its commands work as written."""
    assert f"TENCENTCLOUD_SECRET_ID={DUMMY_SECRET_ID} TENCENTCLOUD_SECRET_KEY={DUMMY_SECRET_KEY}" in README


def test_the_bounds_of_the_flags_query_are_the_codes_own() -> None:
    """These are its interval, its timeout, and its number of pages."""
    often, long = check_flag_monitor.INTERVAL_SECONDS, check_flag_monitor.QUERY_SECONDS
    assert f"at most every {often:g} seconds and for at most {long:g} seconds." in README
    assert f"the {sqlserver.MAX_PAGES * migration_list.PAGE_SIZE} newest migrations of the region" in README


def test_the_contents_have_valid_links() -> None:
    """Each link of the contents has a heading, and each heading is in the contents."""
    contents = "".join(re.findall(r"(?m)^- \[.+\]\(#.+\)$", README.split("\n## ", 1)[0]))
    assert re.findall(LINK, contents) == [anchor(line) for line in re.findall(r"(?m)^## (.+)$", README)]


def test_every_other_link_within_the_page_is_valid() -> None:
    """Each link within the page has its heading."""
    headings = {anchor(line) for line in re.findall(r"(?m)^##+ (.+)$", README)}
    assert set(re.findall(LINK, README)) <= headings


def test_the_pictures_exist() -> None:
    """Each picture file exists."""
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)
    assert pictures == ["docs/up.svg", "docs/refusal.svg"]
    assert all((ROOT / picture).is_file() for picture in pictures)


def test_every_input_and_output_of_a_group_is_in_its_section() -> None:
    """These are the ones that differ from a single gate's."""
    section = README.split("\n## Groups of checks\n", 1)[1].split("\n## ", 1)[0]
    single, group = (set(inspect.signature(kind).parameters) for kind in (MigrationCheck, MigrationCheckGroup))
    assert group - single == {"migrate_ids", "flow_ids", "starts"}
    assert single - group == {"migrate_id", "flow_id", "start"}
    assert all(f"`{name}`" in section for name in group - single)
    names = [name.strip("` ") for cells in table("Groups of checks") for name in cells[0].split(",")]
    assert sorted(names) == sorted(inspect.get_annotations(MigrationCheckGroup))


def test_the_outputs_of_a_start_are_in_its_section() -> None:
    """So are its triggers, and how long it retries."""
    section = README.split("\n### Start the check from the program\n", 1)[1].split("\n### ", 1)[0]
    rows = re.findall(r"(?m)^\| (`.+?) \|", section)
    names = [name.strip("` ") for row in rows for name in row.split(",")]
    assert sorted(names) == sorted(inspect.get_annotations(MigrationCheckStart))
    assert "`triggers=[]` starts it once" in section
    assert f"for up to {starter.START_SECONDS:g} seconds" in section


def test_the_chinese_quick_start_says_what_the_english_page_says() -> None:
    """It has each command, the policy, and the texts of errors that the English page has."""
    chinese = README.split("\n## 中文快速开始\n", 1)[1].split("\n## ", 1)[0]
    english = README.replace(chinese, "")
    commands = re.findall(r"(?m)^\$ .+$", chinese)
    assert len(commands) == 5
    assert [line for line in commands if line not in english] == []
    (policy,) = re.findall(r"```json\n(.*?)```", chinese, re.DOTALL)
    assert policy in english
    words = [cells[0].strip("`") for cells in table("中文快速开始")]
    errors = english.split("\n## Errors, and what to do\n", 1)[1].split("\n## ", 1)[0]
    assert [word for word in words if word not in errors] == []


def test_the_second_accounts_keys_are_the_emulators_own() -> None:
    """The emulator accepts them."""
    assert f"({OTHER_ACCOUNT_ID}, with the keys `{OTHER_SECRET_ID}` and\n`{OTHER_SECRET_KEY}`)" in README


def test_every_key_of_the_provider_is_in_the_tables() -> None:
    """Each key is listed as supported, refused or ignored."""
    section = README.split("\n## Credentials and CAM policy\n", 1)[1].split("\n## ", 1)[0]
    names = (*provider_config.HONOURED, *provider_config.REFUSED, *provider_config.WITHOUT_MEANING_HERE)
    assert [name for name in names if name not in section] == []


def test_the_tested_sdk_versions_are_the_ones_installed() -> None:
    """The compatibility table names the versions that the environments pin."""
    pins = [
        re.search(r"pulumi==([0-9.]+)", (ROOT / "tests" / name).read_text(encoding="utf-8"))
        for name in ("requirements-oldest.txt", "requirements.txt")
    ]
    oldest, newest = (pin[1] for pin in pins if pin is not None)
    assert f"tested at {oldest} and {newest}" in README
    assert f"pulumi>={oldest.rsplit('.', 1)[0]}" in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
