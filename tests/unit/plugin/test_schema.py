"""The schema of the plugin: it says of every resource, type and function what the Python classes say."""

import inspect
import json
import re
import types
import typing
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from importlib import metadata, resources
from typing import Any

import pulumi
import pytest

from pulumi_tcsql_check import (
    CheckResult,
    MigrationCheck,
    MigrationCheckGroup,
    MigrationCheckResult,
    MigrationCheckStart,
    Step,
    get_migration_check,
)
from pulumi_tcsql_check.config import language, validation
from pulumi_tcsql_check.config.own_keys import REQUIRE_FLOW
from pulumi_tcsql_check.languages.sentence import CHINESE, ENGLISH
from pulumi_tcsql_check.plugin import servicer
from pulumi_tcsql_check.tencent import rate_limit

SCHEMA: dict[str, Any] = json.loads(servicer.schema())
RESOURCES: dict[str, Any] = SCHEMA["resources"]
QUERY: dict[str, Any] = SCHEMA["functions"]["tcsql-check:index:getMigrationCheck"]

GATES = (MigrationCheck, MigrationCheckGroup)
CLASSES = (*GATES, MigrationCheckStart)

ONLY_IN_THE_SCHEMA = {
    MigrationCheck: {"triggers": {"type": "array", "items": {"type": "string"}}},
    MigrationCheckGroup: {"triggers": {"type": "array", "items": {"type": "string"}}},
    MigrationCheckStart: {},
}
"""The inputs that Python's classes don't have: the plugin can't see what the program declares for a start."""

REQUIRED = {MigrationCheck: [], MigrationCheckGroup: [], MigrationCheckStart: ["migrateId", "triggers"]}

NOT_INPUTS = {"self", "name", "opts"}
"""The arguments of every resource in Python."""

SIMPLE = {int: "integer", float: "number", bool: "boolean", str: "string"}


def token(kind: type) -> str:
    """Return the schema's name of a class."""
    return f"tcsql-check:index:{kind.__name__}"


def camel(name: str) -> str:
    """Return a Python name as the schema spells it."""
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))


def type_of(hint: Any) -> dict[str, Any]:  # noqa: ANN401  # an annotation
    """Return the schema's type of an annotation.

    Of a union, it is the first member: an id is a number alone, and a trigger a string.
    """
    parts = typing.get_args(hint)
    origin = typing.get_origin(hint)
    if origin in {typing.Union, types.UnionType}:
        plain = [part for part in parts if typing.get_origin(part) not in {pulumi.Output, Awaitable}]
        return type_of(plain[0])
    if origin is pulumi.Output:
        return type_of(parts[0])
    if origin is Sequence:
        return {"type": "array", "items": type_of(parts[0])}
    if hint in {Step, CheckResult}:
        return {"$ref": f"#/types/{token(hint)}"}
    if hint is MigrationCheckStart:
        return {"$ref": f"#/resources/{token(hint)}"}
    return {"type": SIMPLE[hint]}


def types_of(properties: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the types of the schema's properties."""
    return {
        name: {key: value for key, value in one.items() if key in {"type", "items", "$ref"}}
        for name, one in properties.items()
    }


def inputs_of(function: Any) -> dict[str, Any]:  # noqa: ANN401  # any function
    """Return the types of a Python function's arguments, by the schema's names."""
    arguments = inspect.signature(function).parameters.values()
    return {camel(one.name): type_of(one.annotation) for one in arguments if one.name not in NOT_INPUTS}


def outputs_of(kind: type) -> dict[str, Any]:
    """Return the types of a Python class's own attributes, by the schema's names."""
    return {camel(name): type_of(hint) for name, hint in inspect.get_annotations(kind).items()}


def described(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield each place that needs a description, with its description."""
    if not isinstance(value, dict):
        return
    for key, below in value.items():
        if key in {"properties", "inputProperties", "variables", "types", "resources", "functions"}:
            yield from ((f"{path}/{key}/{name}", one.get("description", "")) for name, one in below.items())
        yield from described(below, f"{path}/{key}")


DESCRIPTIONS = {"/": SCHEMA["description"], "/provider": SCHEMA["provider"]["description"], **dict(described(SCHEMA))}


@pytest.mark.parametrize("kind", CLASSES)
def test_a_resource_has_the_inputs_of_its_class(kind: type) -> None:
    """They have the same names and types, and the same are required; a gate also gets its start's triggers."""
    inputs = inputs_of(kind.__init__)  # type: ignore[misc]  # of the class itself
    assert types_of(RESOURCES[token(kind)]["inputProperties"]) == inputs | ONLY_IN_THE_SCHEMA[kind]
    assert RESOURCES[token(kind)].get("requiredInputs", []) == REQUIRED[kind]


@pytest.mark.parametrize("kind", CLASSES)
def test_a_resource_has_the_outputs_of_its_class(kind: type) -> None:
    """They have the same names and types, and none can be missing."""
    assert types_of(RESOURCES[token(kind)]["properties"]) == outputs_of(kind)
    assert sorted(RESOURCES[token(kind)]["required"]) == sorted(outputs_of(kind))


@pytest.mark.parametrize("kind", [Step, CheckResult])
def test_a_type_has_the_attributes_of_its_class(kind: type) -> None:
    """They have the same names and types, and none can be missing."""
    assert types_of(SCHEMA["types"][token(kind)]["properties"]) == outputs_of(kind)
    assert sorted(SCHEMA["types"][token(kind)]["required"]) == sorted(outputs_of(kind))


def test_the_function_has_the_arguments_and_results_of_pythons() -> None:
    """They have the same names and types, and the migration alone is required."""
    assert types_of(QUERY["inputs"]["properties"]) == inputs_of(get_migration_check)
    assert QUERY["inputs"]["required"] == ["migrateId"]
    assert types_of(QUERY["outputs"]["properties"]) == outputs_of(MigrationCheckResult)
    assert sorted(QUERY["outputs"]["required"]) == sorted(outputs_of(MigrationCheckResult))


def test_the_gates_alone_are_components() -> None:
    """A start keeps a state, so that it isn't repeated; a gate has none that could pass in its place."""
    assert {name for name, one in RESOURCES.items() if one.get("isComponent")} == {*map(token, GATES)}
    assert set(RESOURCES) == {*map(token, CLASSES)}


def test_everything_has_a_description() -> None:
    """Each is whole sentences, without a name that only Python has."""
    assert len(DESCRIPTIONS) > 70
    for where, text in DESCRIPTIONS.items():
        prose = re.sub(r"(?s)\{\{% examples %\}\}.*", "", text).strip()
        assert re.fullmatch(r"(?s)[A-Z`].*\.", prose), where
        assert re.findall(r"\b(?:[a-z]+_[a-z_]+|True|False)\b", text) == [], where


@pytest.mark.parametrize("kind", GATES)
def test_the_numbers_are_those_of_the_validation(kind: type) -> None:
    """A gate's defaults and ranges are the ones that the plugin validates with."""
    inputs = RESOURCES[token(kind)]["inputProperties"]
    least, most = validation.MIN_POLL_INTERVAL_SECONDS, validation.MAX_POLL_INTERVAL_SECONDS
    pause = validation.DEFAULT_POLL_INTERVAL_SECONDS
    sentences = {
        "timeoutSeconds": f"greater than 0; {validation.DEFAULT_TIMEOUT_SECONDS:g} by default.",
        "pollIntervalSeconds": f"{least:g} to {most:g} seconds; {pause:g} by default.",
        "reason": f"one line of 1 to {validation.MAX_REASON} characters",
    }
    assert [name for name, text in sentences.items() if text not in inputs[name]["description"]] == []


def test_the_limits_of_a_group_are_the_codes_own() -> None:
    """How many migrations it may have, and how many requests it sends."""
    group = RESOURCES[token(MigrationCheckGroup)]
    assert f"1 to {validation.MAX_MIGRATIONS} without" in group["inputProperties"]["migrateIds"]["description"]
    assert (
        f"{rate_limit.MAX_REQUESTS} queries a second" in group["inputProperties"]["pollIntervalSeconds"]["description"]
    )
    assert f"{rate_limit.MAX_REQUESTS} requests a second" in group["description"]


def test_the_credentials_are_secret_and_nothing_has_a_default() -> None:
    """An SDK would write a default from the environment into the state, and the plugin has its own defaults."""
    variables = SCHEMA["config"]["variables"]
    assert {name for name, one in variables.items() if one.get("secret")} == {"secretId", "secretKey", "securityToken"}
    assert not re.search(r'"default(Info)?"', json.dumps(SCHEMA))


def test_the_stack_alone_can_require_a_flow() -> None:
    """It is a rule for every gate, so no provider of a program has it."""
    variables, inputs = SCHEMA["config"]["variables"], SCHEMA["provider"]["inputProperties"]
    assert inputs.items() <= variables.items()
    assert [f"tcsql-check:{name}" for name in variables.keys() - inputs.keys()] == [REQUIRE_FLOW]


def test_the_configuration_names_the_languages() -> None:
    """It has both codes, and the variable that counts where the configuration has none."""
    text = SCHEMA["config"]["variables"]["language"]["description"]
    assert f"`{ENGLISH}` or `{CHINESE}`; by default `{language.VARIABLE}`" in text


def test_the_plugin_fills_in_the_version() -> None:
    """The file has none, so that a release changes it at one place."""
    file = resources.files("pulumi_tcsql_check.plugin").joinpath("schema.json")
    assert "version" not in json.loads(file.read_bytes())
    assert SCHEMA["version"] == metadata.version("pulumi-tcsql-check")


def test_the_python_sdk_is_no_name_of_this_package() -> None:
    """Both can be installed in one environment."""
    assert SCHEMA["language"]["python"]["packageName"] not in {"", "pulumi_tcsql_check"}
