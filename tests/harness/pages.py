"""The pages of the documentation: their sections, tables and blocks of code."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

FOR_THE_REGISTRY = ("docs/_index.md", "docs/installation-configuration.md")
"""The pages that Pulumi's registry takes, in its own form; the site doesn't have them."""

_DOCS = {str(path.relative_to(ROOT)) for path in (ROOT / "docs").rglob("*.md")}

DOCUMENTATION = ("README.md", *sorted(_DOCS - {*FOR_THE_REGISTRY}))
"""The README and the pages of the site, as paths from the root."""

EXAMPLES = tuple(sorted(str(path.relative_to(ROOT)) for path in (ROOT / "examples").rglob("*.md")))
"""The pages of the examples."""


def page(path: str) -> str:
    """Return the text of a page."""
    return (ROOT / path).read_text(encoding="utf-8")


def section(path: str, heading: str) -> str:
    """Return the text below a heading, up to the next one of the same or a higher level."""
    found = re.search(rf"(?m)^(#+) {re.escape(heading)}\n", page(path))
    assert found is not None, f"{path} has no heading {heading}"
    below = page(path)[found.end() :]
    return re.split(rf"(?m)^#{{1,{len(found[1])}}} ", below, maxsplit=1)[0]


def without_code(path: str) -> str:
    """Return the text of a page without its blocks of code."""
    return re.sub(r"(?ms)^```.*?^```", "", page(path))


def anchors(path: str) -> set[str]:
    """Return the anchors of a page's headings: in lower case, without punctuation, with dashes for spaces."""
    headings = re.findall(r"(?m)^#+ (.+)$", without_code(path))
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(path: str) -> list[str]:
    """Return the targets of a page's links, except those outside."""
    return [link for link in re.findall(r"\]\(([^)\s]+)\)", without_code(path)) if "://" not in link]


def blocks(text: str, language: str) -> list[str]:
    """Return the blocks of code in a language."""
    return re.findall(rf"(?ms)^```{language}\n(.*?)^```$", text)


def commands(text: str) -> list[str]:
    """Return the commands of a text, without their comments."""
    return [command for block in command_blocks(text) for command in block]


def command_blocks(text: str) -> list[list[str]]:
    """Return the commands of a text, block by block; lines without a prompt are output."""
    return [
        [re.sub(r" +# .*", "", line.removeprefix("$ ")) for line in block.splitlines() if line.startswith("$ ")]
        for block in blocks(text, "console")
    ]


def rows(text: str) -> list[list[str]]:
    """Return the rows of all tables in a text, without their heads, as cells."""
    bare = re.sub(r"(?m)^\|.+\|\n\|[ |-]+\|$", "", text)
    return [re.split(r" (?<!\\)\| ", row) for row in re.findall(r"(?m)^\| (.+) \|$", bare)]
