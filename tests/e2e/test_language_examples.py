"""The examples in YAML, TypeScript and Go: each command of their READMEs runs with the plugin and its generated SDK."""

import re
import shutil
import sys
from pathlib import Path

import pytest
from harness.emulator_process import EmulatorProcess
from harness.guide import Guide, blocks
from harness.language_examples import prepared
from harness.pages import ROOT, commands, section

PASSES_ONCE = ROOT / "tests" / "data" / "scenarios" / "passes-once.json"
pytestmark = pytest.mark.thorough

LANGUAGES = ["yaml", "typescript", "go"]
SOURCES = {"yaml": "Pulumi.yaml", "typescript": "index.ts", "go": "main.go"}
HELD = {
    "yaml": r"(?ms)^  switch:\n.*?(?=^\w)",
    "typescript": r"(?m)^ +new pulumi\.Stash.*\n",
    "go": r"(?ms)^\t\tif _, err := pulumi\.NewStash.*?^\t\t\}\n",
}
"""The resource behind the gate, as a pattern."""

PROVIDER = {
    "typescript": (
        r'(?<="orders", )\{ start \}(?=\))',
        r'\g<0>, { provider: new tcsql.Provider("given", { endpoint: start.endpoint }) }',
    ),
    "go": (
        r"(\t\torders, err := .*)\)\n",
        '\t\tgiven, err := tcsqlcheck.NewProvider(ctx, "given", &tcsqlcheck.ProviderArgs{Endpoint: start.Endpoint})\n'
        "\t\tif err != nil {\n\t\t\treturn err\n\t\t}\n"
        r"\1, pulumi.Provider(given))" + "\n",
    ),
}
"""The gate of a program, and the same with a provider whose endpoint is an output of the start."""

OPTIONS = '      options:\n        dependsOn: ["${orders}"]\n'
"""The options of a function."""

FAILED = "failed: flow 1001 has failed"


def change(guide: Guide, language: str, pattern: str, new: str) -> None:
    """Replace what matches a pattern in the program, once."""
    source = guide.stack.project / SOURCES[language]
    changed, count = re.subn(pattern, new, source.read_text(encoding="utf-8"))
    assert count == 1
    source.write_text(changed, encoding="utf-8")


def started(emulator: EmulatorProcess) -> int:
    """Return how often the check was started."""
    return [request["action"] for request in emulator.requests].count("StartMigrationCheck")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_gate_is_refused_and_then_passes(language: str, tmp_path: Path) -> None:
    """A preview shows what the gate holds and starts nothing; only the second start's pass creates the switch."""
    guide = prepared(language, tmp_path)
    (*_, serve), (*prepare, up), (another, up_again, look) = blocks(language)
    with guide.emulator(serve) as emulator:
        for command in prepare:
            guide.must(command, emulator)
        preview = " ".join(guide.must("pulumi preview", emulator).split())
        assert "not queried in this preview: the update starts the check first" in preview
        assert "switch create" in preview
        assert emulator.requests == []

        refused = guide.run(up, emulator)
        assert refused.returncode != 0
        assert " min left · " in refused.stdout
        assert FAILED in refused.stdout
        assert guide.stack.resource("switch") is None

        guide.must(another, emulator)
        guide.must(up_again, emulator)
        assert guide.stack.resource("switch") is not None
        assert guide.must(look, emulator) in (guide.stack.project / "README.md").read_text(encoding="utf-8")
        outputs = guide.stack.outputs()
        assert (outputs["total"], outputs["current"]) == (8, 8)
        assert [step["state"] for step in outputs["steps"]] == ["passed"] * 8
        assert outputs.get("after", "passed") == "passed"
        assert started(emulator) == 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refusal_deletes_nothing(language: str, tmp_path: Path) -> None:
    """A resource that the program no longer declares is still there after a refusal."""
    guide = prepared(language, tmp_path)
    (*_, serve), (*prepare, up), (another, up_again, _) = blocks(language)
    with guide.emulator(serve.replace("../rehearsal/last-quarter.json", str(PASSES_ONCE))) as emulator:
        for command in [*prepare, up]:
            guide.must(command, emulator)
        assert guide.stack.resource("switch") is not None

        change(guide, language, HELD[language], "")
        guide.must(another, emulator)
        assert "failed: flow 1002 has failed" in guide.run(up_again, emulator).stdout
        assert guide.stack.resource("switch") is not None


@pytest.mark.parametrize("language", ["typescript", "go"])
def test_a_preview_goes_on_without_the_outputs_of_the_gate(language: str, tmp_path: Path) -> None:
    """The provider's own configuration isn't known in this preview, which therefore doesn't construct the gate."""
    guide = prepared(language, tmp_path)
    (*_, serve), (*prepare, _), _ = blocks(language)
    old, new = PROVIDER[language]
    change(guide, language, old, new)
    with guide.emulator(serve) as emulator:
        for command in prepare:
            guide.must(command, emulator)
        assert "switch create" in " ".join(guide.must("pulumi preview", emulator).split())
        assert emulator.requests == []


def test_a_yaml_program_holds_only_what_its_page_says(tmp_path: Path) -> None:
    """Without `dependsOn` a resource changes during a refusal; with it alone, a function is called before the pass."""
    guide = prepared("yaml", tmp_path)
    (*_, serve), (*prepare, up), (another, up_again, _) = blocks("yaml")
    change(guide, "yaml", r' +options:\n +dependsOn: \["\$\{orders\}"\]\n', "")
    change(
        guide, "yaml", r"( +)migrateId: \$\{orders.*\n.*\n", r"\1migrateId: 1066\n\1region: ap-guangzhou\n" + OPTIONS
    )
    with guide.emulator(serve) as emulator:
        for command in prepare:
            guide.must(command, emulator)
        assert FAILED in guide.run(up, emulator).stdout
        assert guide.stack.resource("switch") is not None

        guide.must(another, emulator)
        guide.must(up_again, emulator)
        assert guide.stack.outputs()["after"] == "failed"


@pytest.mark.parametrize(("heading", "language"), [("YAML", "yaml"), ("TypeScript", "typescript"), ("Go", "go")])
def test_the_commands_of_the_page_lead_to_a_gate(heading: str, language: str, tmp_path: Path) -> None:
    """They are at most five; those that install and generate are the README's, which `prepared` runs."""
    guide = prepared(language, tmp_path)
    given = commands(section("docs/how-to/languages.md", heading))
    assert len(given) <= 5
    _, *generate, _ = blocks(language)[0]
    assert given[1 : 1 + len(generate)] == generate
    with guide.emulator("tcsql-check emulator --port 8918 --scenario pass") as emulator:
        for command in given[1 + len(generate) : -1]:
            guide.must(command, emulator)
        guide.must(f"pulumi config set tcsql-check:endpoint {emulator.url}", emulator)
        guide.must(given[-1], emulator)
        assert guide.stack.resource("switch") is not None


def test_the_plugin_runs_as_a_folder(tmp_path: Path) -> None:
    """The language host for Python runs `plugin` with the environment in it, in place of the command on `PATH`."""
    guide = prepared("yaml", tmp_path)
    folder = guide.stack.project / "plugin"
    shutil.copytree(ROOT / "plugin", folder, ignore=shutil.ignore_patterns("venv"))
    (folder / "venv").symlink_to(sys.prefix)
    requirement = (folder / "requirements.txt").read_text(encoding="utf-8").strip()
    assert (ROOT / "plugin" / requirement).resolve() == ROOT
    change(guide, "yaml", "venv/bin", "plugin")
    (*_, serve), (*prepare, _), _ = blocks("yaml")
    with guide.emulator(serve) as emulator:
        for command in prepare:
            guide.must(command, emulator)
        preview = guide.must("pulumi preview", emulator)
    assert "not queried in this preview" in " ".join(preview.split())
    assert "pulumi-resource-tcsql-check from $PATH" not in preview
