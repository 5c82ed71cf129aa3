"""The keys of this package's own namespace in a stack's configuration."""

import re

import pytest

from pulumi_tcsql_check.config import own_keys, provider_config
from pulumi_tcsql_check.config.stack_config import Stack
from pulumi_tcsql_check.errors import InvalidInputError


def refuse(*keys: str, project: str | None = "orders") -> None:
    """Refuse unknown keys of a project's stack."""
    own_keys.refuse_unknown(Stack({}, project, keys), provider_config.NAMES)


@pytest.mark.parametrize("name", ["endpont", "Endpoint", "requireFlw", "lang", "", "secretkey"])
def test_a_misspelt_key_is_refused_without_its_value(name: str) -> None:
    """The user relies on what it was meant to set, and it may be a secret."""
    key = f"tcsql-check:{name}"
    with pytest.raises(InvalidInputError, match=rf"^{key} is 'given', but must be left out: there is no such key\.$"):
        refuse("tcsql-check:endpoint", key)


def test_every_known_key_is_accepted() -> None:
    """The plugin also takes the names of Pulumi's Tencent Cloud provider in this namespace."""
    own = ("tcsql-check:endpoint", "tcsql-check:language", "tcsql-check:requireFlow")
    refuse(*own, *(f"tcsql-check:{name}" for name in provider_config.NAMES))


def test_keys_of_other_namespaces_are_no_concern() -> None:
    """They belong to the program or to another provider."""
    refuse("orders:endpont", "tencentcloud:endpont", "tcsql-check2:endpont", "endpont")


@pytest.mark.parametrize("project", ["tcsql-check", None])
def test_a_project_may_have_keys_of_its_own(project: str | None) -> None:
    """A key without a namespace has the project's name as one."""
    refuse("tcsql-check:run", project=project)


@pytest.mark.parametrize(
    ("required", "given"),
    [
        *((required, {"is_given": False, "enforce": True}) for required in (None, "", "false")),
        ("true", {"is_given": True, "enforce": True}),
        ("true", {"is_given": False, "enforce": False}),
    ],
)
def test_a_flow_may_be_left_out(required: str | None, given: dict[str, bool]) -> None:
    """It may if the stack doesn't require it, or if the gate holds nothing."""
    own_keys.require_flow("flow_id", required, is_given=given["is_given"], enforce=given["enforce"])


@pytest.mark.parametrize(
    ("required", "error"),
    [
        ("true", "flow_id is None, but must be given, since tcsql-check:requireFlow is true in this stack's"),
        *((one, f"tcsql-check:requireFlow is {one!r}, but must be true or false.") for one in ("True", "yes", "1", 1)),
    ],
)
@pytest.mark.parametrize("enforce", [True, None])
def test_a_required_flow_is_refused_if_it_is_missing(required: object, error: str, enforce: object) -> None:
    """A value that isn't clear is refused as well."""
    with pytest.raises(InvalidInputError, match=f"^{re.escape(error)}"):
        own_keys.require_flow("flow_id", required, is_given=False, enforce=enforce)
