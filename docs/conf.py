"""Configures Sphinx. `make docs` builds the pages and fails on each warning; no page needs a foreign host."""

import importlib.metadata
import re
import sys
import warnings
from pathlib import Path
from typing import Generic, TypeVar

import click
import pulumi
from docutils import nodes
from sphinx.application import Sphinx

from pulumi_tcsql_check.emulator.scenario import PUBLISHED_STEPS

T = TypeVar("T")

DOCS = Path(__file__).resolve().parent
sys.path[:0] = [str(DOCS), str(DOCS.parent / "tests")]  # `facts` is here, and the table of faults there


class Input(Generic[T]):
    """Replaces `pulumi.Input`, a union of four types, so that a page shows it by its name."""

    __module__ = "pulumi"


vars(pulumi)["Input"] = Input
# Pulumi's classes have annotations that only a type checker can read; they have no page here.
warnings.filterwarnings("ignore", module=r"pulumi\.")

project = "pulumi-tcsql-check"
release = version = importlib.metadata.version(project)
project_copyright = "the pulumi-tcsql-check authors"

extensions = [
    "facts",
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_click",
    "sphinx_copybutton",
]
source_suffix = {".md": "markdown"}
exclude_patterns = ["images", "_index.md", "installation-configuration.md"]  # the two are for Pulumi's registry
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 4

html_theme = "furo"
html_title = f"{project} {release}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_copy_source = False
copybutton_prompt_text = "$ "

add_module_names = False
autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
napoleon_numpy_docstring = False
napoleon_use_ivar = True
python_use_unqualified_type_names = True
default_role = "code"
smartquotes = False  # they would make a dash of an option's `--`

nitpicky = True
# The build reaches no other site, so a reference to another project has no target. This list is exact.
nitpick_ignore = [
    ("py:class", "collections.abc.Mapping"),
    ("py:class", "collections.abc.Sequence"),
    ("py:class", "pathlib.Path"),
    ("py:class", "pulumi.Input"),
    ("py:class", "pulumi.output.Output"),
    ("py:class", "pulumi.resource.ResourceOptions"),
    ("py:exc", "pulumi.RunError"),
]


LONGEST_WHOLE_WORD = 30
"""In characters: a word of code that a narrow screen has room for, and that isn't broken there."""


def without_links_out(_app: Sphinx, page: str, source: list[str]) -> None:
    """Keep only the words of a link to a file outside `docs`: the site doesn't have it."""

    def words(link: re.Match[str]) -> str:
        target = (DOCS / page).parent / link[2].partition("#")[0]
        return link[0] if "://" in link[2] or target.resolve().is_relative_to(DOCS) else link[1]

    source[0] = re.sub(r"\[([^\]]+)\]\(([^)\s]+)\)", words, source[0])


def joined_chinese(_app: Sphinx, _page: str, source: list[str]) -> None:
    """Join the lines of a Chinese paragraph: a browser would show a space in place of each line's end."""
    code_or_end = r"(?ms)^```.*?^```$|(?<=[，。；：、）])\n *(?=[^\s|#`-]|`[^`])"
    source[0] = re.sub(code_or_end, lambda found: found[0] if found[0].startswith("`") else "", source[0])


def with_signs(_app: Sphinx, page: nodes.document) -> None:
    """Mark the code that isn't broken, and put a dash between a name and its description."""
    for literal in page.findall(nodes.literal):
        words = [word for word in literal.astext().split() if "-" in word]
        if words and max(map(len, words)) <= LONGEST_WHOLE_WORD:
            literal["classes"].append("whole")
    for text in list(page.findall(nodes.Text)):
        if text == " -- ":
            text.parent.replace(text, nodes.Text(" \N{EN DASH} "))


def with_short_default(*arguments: str) -> tuple[str, str] | None:
    """Name the published steps in a signature, in place of all their texts."""
    signature, returns = arguments[-2:]
    return (signature.replace(repr(PUBLISHED_STEPS), "PUBLISHED_STEPS"), returns) if signature else None


def without_false_link(_app: Sphinx, _context: click.Context, lines: list[str]) -> None:
    """Show the pattern of an address in a command's help as code: as plain text, Sphinx links to it."""
    lines[:] = [line.replace("https://host[:port]", "``https://host[:port]``") for line in lines]


def with_language(_app: Sphinx, page: str, _template: str, context: dict[str, str], _doctree: object) -> None:
    """Name the language of a Chinese page, by which a browser chooses the form of its characters."""
    if page.startswith("zh/"):
        context["language"] = "zh-CN"


def setup(app: Sphinx) -> None:
    """Change each page's text when Sphinx reads it, and its look."""
    app.connect("source-read", without_links_out)
    app.connect("source-read", joined_chinese)
    app.connect("doctree-read", with_signs)
    app.connect("autodoc-process-signature", with_short_default)
    app.connect("sphinx-click-process-options", without_false_link)
    app.connect("html-page-context", with_language)
