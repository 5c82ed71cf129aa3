"""An example in YAML, TypeScript or Go, with what the commands of its README install and generate."""

import os
import sys
from pathlib import Path

from harness import command_plugin, languages
from harness.generated_sdks import Cli
from harness.guide import Guide, blocks
from harness.virtual_environments import run_checked

TOOLS = {"yaml": "yaml", "typescript": "node", "go": "go"}
"""The names of the languages in `harness.languages`, by their examples."""

INSTALL = "python3 -m venv venv && source venv/bin/activate && pip install ../.."
SECONDS = 300.0


def prepared(language: str, folder: Path) -> Guide:
    """Copy the example of a language, and install without a network what its README installs first."""
    guide = Guide(language, folder)
    project = guide.stack.project
    command_plugin.install(folder / "tools")
    guide.stack.environ["PATH"] = f"{folder / 'tools'}{os.pathsep}{languages.path_with(TOOLS[language])}"
    install, *others, _ = blocks(language)[0]
    assert install == INSTALL
    (project / "venv").symlink_to(sys.prefix)
    if language == "typescript":
        generate, install = others
        assert install == "npm install"
        install_node(project, generate)
    elif language == "go":
        generate, install = others
        assert install == "go mod tidy"
        install_go(project, generate)
    else:
        assert others == []
    return guide


def install_node(project: Path, generate: str) -> None:
    """Generate the SDK, link it and the packages of the toolchain, and compile it as npm does."""
    Cli(project).run(*generate.split()[1:])
    modules, sdk = project / "node_modules", project / "sdks" / "nodejs"
    modules.mkdir()
    for path in (languages.directory("node") / "node_modules").iterdir():
        (modules / path.name).symlink_to(path)
    (modules / "pulumi-tcsql-check").symlink_to(sdk)
    environ = os.environ | {"PATH": f"{modules / '.bin'}{os.pathsep}{languages.path_with('node')}"}
    run_checked("node", "scripts/postinstall.js", seconds=SECONDS, cwd=sdk, env=environ)


def install_go(project: Path, generate: str) -> None:
    """Generate the SDK, and let the module of the toolchain require it."""
    Cli(project).run(*generate.split()[1:])
    module = (project / "go.mod").read_text(encoding="utf-8")
    languages.add_packages("go", project)
    (replace,) = (line for line in module.splitlines() if line.startswith("replace "))
    name = replace.split()[1]
    with (project / "go.mod").open("a", encoding="utf-8") as file:
        file.write(f"require {name} v0.0.0\n{replace}\n")
