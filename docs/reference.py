"""Writes the reference of the public names from their docstrings, with pdoc; whatever it warns of ends it."""

import importlib.metadata
import os
import shutil
import sys
import warnings
from pathlib import Path
from typing import Generic, TypeVar

import pdoc
import pulumi

T = TypeVar("T")

PAGES = (
    "pulumi_tcsql_check",
    "pulumi_tcsql_check.errors",
    "pulumi_tcsql_check.emulator",
    "pulumi_tcsql_check.emulator.scenario",
)
"""The modules with a page: what a program imports, what it may catch, and what it may rehearse with."""

SHOWN = {"pulumi_tcsql_check.emulator.scenario._Frame"}
"""What every frame of a scenario has, though nobody makes one of it."""


class Input(Generic[T]):
    """Stands for `pulumi.Input`, so that it is shown by its name; what it is, a union of four, fills a page."""

    __module__ = "pulumi"


def main() -> None:
    """Write the pages into the folder that is named, in place of those that were there."""
    folder, templates = Path(sys.argv[1]).resolve(), Path(__file__).resolve().parent
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.chdir(folder)  # away from the checkout, whose package isn't meant
    vars(pulumi)["Input"] = Input
    warnings.simplefilter("error")
    # Pulumi's own classes have annotations that only a type checker can read; they have no page here.
    warnings.filterwarnings("ignore", message=r"Error parsing type annotation .* for pulumi\.")
    pdoc.render.configure(
        docformat="google",
        footer_text=f"pulumi-tcsql-check {importlib.metadata.version('pulumi-tcsql-check')}",
        show_source=False,
        template_directory=templates,
    )
    pdoc.render.env.globals.update(shown=SHOWN)
    pdoc.pdoc(*PAGES, output_directory=folder)
    print(f"the reference is {folder / 'index.html'}")


if __name__ == "__main__":
    main()
