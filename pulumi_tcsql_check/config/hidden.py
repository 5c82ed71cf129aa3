"""The inputs that the program sends beside the user's; never outputs, since a refresh must not bring them."""

from collections.abc import Mapping
from typing import Any

from pulumi_tcsql_check.errors import InvalidInputError
from pulumi_tcsql_check.languages.sentence import Sentence


def wait(given: Mapping[str, Any]) -> bool:
    """Return whether to wait: the program always sets it; only stored outputs, which a refresh brings, lack it."""
    if "wait" not in given and "passed" in given:
        return False
    if not isinstance(given.get("wait"), bool):
        raise InvalidInputError("wait", given.get("wait"), Sentence("true or false, by the gate"))
    return bool(given["wait"])


def from_outputs(given: Mapping[str, Any]) -> frozenset[str]:
    """Return the inputs that the program gave as outputs: they may be new, and unknown in a preview."""
    names = given.get("from_outputs", [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise InvalidInputError("from_outputs", names, Sentence("names, by the gate"))
    return frozenset(names)
