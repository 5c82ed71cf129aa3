"""The pages for Pulumi's registry have its form, and say what the schema of the plugin says."""

import json
import re
from typing import Any

import pytest
from harness.pages import FOR_THE_REGISTRY, blocks, page, rows
from ruamel.yaml import YAML

from pulumi_tcsql_check.plugin import servicer

OVERVIEW, INSTALLATION = FOR_THE_REGISTRY

SCHEMA: dict[str, Any] = json.loads(servicer.schema())


@pytest.mark.parametrize("path", FOR_THE_REGISTRY)
def test_a_page_begins_as_the_registry_expects(path: str) -> None:
    """Its front matter has a title, a description and the layout, and no heading repeats the title."""
    front, _, body = page(path).removeprefix("---\n").partition("\n---\n")
    read = YAML(typ="safe").load(front)
    assert read.keys() == {"title", "meta_desc", "layout"}
    assert SCHEMA["displayName"] in read["title"]
    assert read["layout"] == "package"
    assert not re.search(r"(?m)^# \w", re.sub(r"(?ms)^```.*?^```", "", body))


@pytest.mark.parametrize("path", FOR_THE_REGISTRY)
def test_a_page_has_a_part_for_each_language(path: str) -> None:
    """A chooser lists the languages of its parts, in their order, and every shortcode is closed."""
    text = page(path)
    (languages,) = re.findall(r'\{\{< chooser language "(.+)" >\}\}', text)
    assert re.findall(r"\{\{% choosable language (\w+) %\}\}", text) == languages.split(",")
    assert text.count("{{% /choosable %}}") == len(languages.split(","))
    assert text.count("{{< /chooser >}}") == 1


def test_the_overview_names_what_the_package_has() -> None:
    """Its table has the resources and functions of the schema."""
    tokens = {**SCHEMA["resources"], **SCHEMA["functions"]}
    assert {row[0].strip("`") for row in rows(page(OVERVIEW))} == {token.split(":")[-1] for token in tokens}


def test_the_example_is_the_schemas_own() -> None:
    """The YAML program is the one in the schema, and each of its properties is in the schema too."""
    (program,) = blocks(page(OVERVIEW), "yaml")
    assert [program] == blocks(SCHEMA["resources"]["tcsql-check:index:MigrationCheck"]["description"], "yaml")
    for one in YAML(typ="safe").load(program)["resources"].values():
        package, _, name = one["type"].partition(":")
        if package == SCHEMA["name"]:
            assert one["properties"].keys() <= SCHEMA["resources"][f"{package}:index:{name}"]["inputProperties"].keys()


def test_the_table_of_the_configuration_is_the_schemas() -> None:
    """It has every key, with its description, and says which are secret."""
    assert rows(page(INSTALLATION)) == [
        [f"`tcsql-check:{name}`{' (secret)' if one.get('secret') else ''}", one["description"]]
        for name, one in SCHEMA["config"]["variables"].items()
    ]


def test_the_installation_names_the_packages_of_the_schema() -> None:
    """A user imports these names."""
    text, languages = page(INSTALLATION), SCHEMA["language"]
    names = (languages["nodejs"]["packageName"], languages["python"]["packageName"], languages["go"]["importBasePath"])
    assert [name for name in names if f"The package is `{name}`." not in text] == []
    assert f"-replace {names[-1].rpartition('/')[0]}=./sdks/go" in text
