"""The README and the pages of the documentation agree with the code and with each other."""

import re
from pathlib import Path

import pytest
from harness.pages import DOCUMENTATION, EXAMPLES, ROOT, anchors, blocks, commands, links, page, without_code

from pulumi_tcsql_check.config import validation
from pulumi_tcsql_check.credentials import role_credentials
from pulumi_tcsql_check.emulator import (
    DUMMY_SECRET_ID,
    DUMMY_SECRET_KEY,
    OTHER_ACCOUNT_ID,
    OTHER_SECRET_ID,
    OTHER_SECRET_KEY,
)
from pulumi_tcsql_check.model import migration_list
from pulumi_tcsql_check.polling import flag_list, flag_reader
from pulumi_tcsql_check.program import get_migration_check
from pulumi_tcsql_check.program.migration_check import MigrationCheck, MigrationCheckGroup
from pulumi_tcsql_check.starting import starter
from pulumi_tcsql_check.tencent import tls

MOST_LINES, MOST_WORDS = 180, 1200
"""The README's limits."""

LONGEST_LINE = 130
"""In characters. A link or a row of a table can't be broken."""


def test_the_readme_is_short() -> None:
    """It has at most as many lines and words as two screens."""
    readme = page("README.md")
    assert len(readme.splitlines()) <= MOST_LINES
    assert len(readme.split()) <= MOST_WORDS


def test_the_readme_begins_with_the_two_commands() -> None:
    """They are the first block."""
    assert commands(page("README.md"))[:2] == ["make up", "make test"]


@pytest.mark.parametrize("path", DOCUMENTATION)
def test_no_line_of_prose_is_too_long(path: str) -> None:
    """A page can be read as a plain file."""
    assert [
        line
        for line in without_code(path).splitlines()
        if len(line) > LONGEST_LINE and not line.startswith(("|", "!["))
    ] == []


@pytest.mark.parametrize("path", [*DOCUMENTATION, *EXAMPLES, "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"])
def test_every_link_has_its_target(path: str) -> None:
    """Each file that a page links to exists, and has the heading."""
    for link in links(path):
        name, _, anchor = link.partition("#")
        target = (ROOT / path).parent / name if name else ROOT / path
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(str(target.resolve().relative_to(ROOT))), link


def test_the_readme_links_to_every_page() -> None:
    """A page that isn't linked to is not found."""
    linked = {link.partition("#")[0] for link in links("README.md")}
    assert [path for path in DOCUMENTATION[1:] if path not in linked] == ["docs/index.md"]


def test_every_picture_is_shown_with_a_caption() -> None:
    """No picture is left over, and none has only its alternative text."""
    shown: dict[Path, str] = {}
    for path in DOCUMENTATION:
        figures = re.findall(r"```\{figure\} (\S+)\n:alt: .+\n\n(.+)", page(path))
        figures += re.findall(r"!\[[^\]]+\]\(([^)]+)\)\n\n\*(.+)", page(path))
        shown |= {(ROOT / path).parent.joinpath(name).resolve(): caption for name, caption in figures}
    assert set(shown) == set((ROOT / "docs" / "images").iterdir())


def test_how_to_hold_shows_the_example() -> None:
    """Users copy the program that the tests run."""
    program = blocks(page("docs/how-to/hold.md"), "python")[0]
    assert program == (ROOT / "examples" / "gate" / "__main__.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("gate", [MigrationCheck, MigrationCheckGroup])
def test_the_reference_has_the_defaults(gate: type) -> None:
    """The docstring, of which the page is made, has the defaults that the provider fills in."""
    text = " ".join(str(gate.__init__.__doc__).split())  # type: ignore[misc]  # of the class itself
    assert f"greater than 0; {validation.DEFAULT_TIMEOUT_SECONDS:g} by default" in text
    assert f"0.1 to 300 seconds; {validation.DEFAULT_POLL_INTERVAL_SECONDS:g} by default" in text


@pytest.mark.parametrize(
    "path", ["README.md", "docs/how-to/rehearse.md", "docs/tutorial.md", "docs/reference/command.md"]
)
def test_a_page_has_the_emulators_own_keys(path: str) -> None:
    """Its commands work as written."""
    assert f"TENCENTCLOUD_SECRET_ID={DUMMY_SECRET_ID} TENCENTCLOUD_SECRET_KEY={DUMMY_SECRET_KEY}" in page(path)


def test_the_second_accounts_keys_are_the_emulators_own() -> None:
    """The emulator accepts them."""
    text = " ".join(page("docs/reference/emulator.md").split())
    assert f"({OTHER_ACCOUNT_ID}, with the keys `{OTHER_SECRET_ID}` and `{OTHER_SECRET_KEY}`)" in text


def test_the_bounds_of_the_flags_query_are_the_codes_own() -> None:
    """These are its interval, its timeout, and its number of pages."""
    text = " ".join(page("docs/explanation/verdict.md").split())
    often, long = flag_list.CONFIRM_SECONDS, flag_reader.PAGE_SECONDS
    assert f"at most every {often:g} seconds and for at most {long:g} seconds." in text
    assert f"the {migration_list.SEARCHED_PAGES * migration_list.PAGE_SIZE} newest migrations of the region" in text


def test_the_page_about_a_fresh_pass_has_how_long_a_start_retries() -> None:
    """It is the code's own limit."""
    assert f"for up to {starter.START_SECONDS:g} seconds" in page("docs/how-to/fresh-pass.md")


def test_the_page_about_tests_names_the_token() -> None:
    """A mock gets it."""
    assert f"for the token `{get_migration_check.TOKEN}`" in " ".join(page("docs/how-to/test.md").split())


def test_the_tested_sdk_versions_are_the_ones_installed() -> None:
    """The compatibility page names the versions that the environments pin."""
    pins = [
        re.search(r"pulumi==([0-9.]+)", page(f"tests/{name}"))
        for name in ("requirements-oldest.txt", "requirements.txt")
    ]
    oldest, newest = (pin[1] for pin in pins if pin is not None)
    assert f"tested at {oldest} and {newest}" in page("docs/reference/compatibility.md")
    assert f"pulumi>={oldest.rsplit('.', 1)[0]}" in page("pyproject.toml")


@pytest.mark.parametrize(
    ("words", "pin", "pattern"),
    [
        ("| Pulumi CLI | {} and", "newest/go.mod", r"pulumi/pkg/v3 v([0-9.]+)"),
        (" and {} | |", "oldest/go.mod", r"pulumi/pkg/v3 v([0-9.]+)"),
        ("language host {}", "yaml/go.mod", r"pulumi-yaml v([0-9.]+)"),
        ("`@pulumi/pulumi` {}", "node/package.json", r'"@pulumi/pulumi": "([0-9.]+)"'),
        ("TypeScript {}", "node/package.json", r'"typescript": "([0-9.]+)"'),
        ("Node {} or newer", "node/package.json", r'"node": ">=([0-9]+)"'),
        ("Go SDK {}", "go/go.mod", r"pulumi/sdk/v3 v([0-9.]+)"),
        (", Go {}", "go/go.mod", r"(?m)^go ([0-9.]+)$"),
    ],
)
def test_the_versions_that_the_plugin_was_tried_with_are_the_pinned_ones(words: str, pin: str, pattern: str) -> None:
    """The compatibility page names them."""
    pinned = re.search(pattern, page(f"tests/toolchain/{pin}"))
    assert pinned is not None
    assert words.format(pinned[1]) in page("docs/reference/compatibility.md").partition("## The plugin")[2]


def test_the_configuration_page_has_every_variable_that_the_package_reads() -> None:
    """Its tables are made of `docs/facts.py`, which names what the package doesn't list."""
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "pulumi_tcsql_check").rglob("*.py"))
    read = set(re.findall(r'"((?:TENCENTCLOUD|TKE|PULUMI_OPTION)_[A-Z_]+[A-Z])"', sources))
    assert set(role_credentials._TKE_VARIABLES) | {"TENCENTCLOUD_REGION"} < read  # what it must find
    shown = page("docs/facts.py") + page("docs/reference/configuration.md")
    assert sorted(name for name in {*read, tls.VARIABLE} if name not in shown) == []


def test_the_chinese_pages_say_what_the_english_ones_say() -> None:
    """Their commands, policies and error codes are those of the English pages."""
    chinese = [path for path in DOCUMENTATION if path.startswith("docs/zh/")]
    english = "\n".join(page(path) for path in DOCUMENTATION if path not in chinese)
    for path in chinese:
        assert [line for line in commands(page(path)) if line not in english] == []
        assert [policy for policy in blocks(page(path), "json") if policy not in english] == []
    headings = re.compile(r"(?m)^## ([a-z]+(?:-[a-z]+)*)$")
    codes, ours = (
        headings.findall(page("docs/troubleshooting.md")),
        headings.findall(page("docs/zh/troubleshooting.md")),
    )
    assert ours == codes
