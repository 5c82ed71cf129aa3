"""What the program tells the provider beside the user's inputs; never an output, since a refresh must not bring it."""

from collections.abc import Mapping
from typing import Any

from pulumi_tcsql_check.errors import InvalidInputError
from pulumi_tcsql_check.languages.sentence import Sentence


def wait(given: Mapping[str, Any]) -> bool:
    """Whether to wait: the program always says so, and only stored outputs, which a refresh brings, may not."""
    if "wait" not in given and "passed" in given:
        return False
    if not isinstance(given.get("wait"), bool):
        raise InvalidInputError("wait", given.get("wait"), Sentence("true or false, by the gate"))
    return bool(given["wait"])


def from_outputs(given: Mapping[str, Any]) -> frozenset[str]:
    """Which inputs the program gave as outputs: they may be new, and in a preview unknown, where they are missing."""
    names = given.get("from_outputs", [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise InvalidInputError("from_outputs", names, Sentence("names, by the gate"))
    return frozenset(names)
