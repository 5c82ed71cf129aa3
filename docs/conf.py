"""Configures Sphinx. `make docs` builds the pages and fails on each warning; no page needs a foreign host."""

import importlib.metadata
import re
import sys
import warnings
from pathlib import Path
from typing import Generic, TypeVar

import pulumi
from sphinx.application import Sphinx

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
exclude_patterns = ["images"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 4

html_theme = "furo"
html_title = f"{project} {release}"
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


def without_links_out(_app: Sphinx, page: str, source: list[str]) -> None:
    """Keep only the words of a link to a file outside `docs`: the site doesn't have it."""

    def words(link: re.Match[str]) -> str:
        target = (DOCS / page).parent / link[2].partition("#")[0]
        return link[0] if "://" in link[2] or target.resolve().is_relative_to(DOCS) else link[1]

    source[0] = re.sub(r"\[([^\]]+)\]\(([^)\s]+)\)", words, source[0])


def setup(app: Sphinx) -> None:
    """Change each page's text when Sphinx reads it."""
    app.connect("source-read", without_links_out)
