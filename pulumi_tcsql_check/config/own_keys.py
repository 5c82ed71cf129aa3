"""The keys of this package's own namespace in a stack's configuration: which there are, and which flow they require."""

from collections.abc import Collection

from pulumi_tcsql_check.config.endpoints import ENDPOINT_KEY
from pulumi_tcsql_check.config.language import KEY as LANGUAGE_KEY
from pulumi_tcsql_check.config.stack_config import Stack
from pulumi_tcsql_check.errors import InvalidInputError
from pulumi_tcsql_check.languages.sentence import Sentence

NAMESPACE = "tcsql-check"

REQUIRE_FLOW = f"{NAMESPACE}:requireFlow"
"""The key that makes `flow_id` and `flow_ids` required."""

_KEYS = (ENDPOINT_KEY, LANGUAGE_KEY, REQUIRE_FLOW)


def refuse_unknown(stack: Stack, of_provider: Collection[str]) -> None:
    """Refuse a key that means nothing, such as a misspelt one: the user relies on what it was meant to set.

    The names `of_provider` are those of Pulumi's Tencent Cloud provider, which the plugin takes in this namespace, too.
    A project with the name of the namespace has keys of its own in it, and so may a project without a known name.

    Raises:
        InvalidInputError: There is such a key. The error doesn't show its value, which may be a secret.
    """
    if stack.project in (None, NAMESPACE):
        return
    for key in stack.keys:
        namespace, _, name = key.partition(":")
        if namespace == NAMESPACE and key not in _KEYS and name not in of_provider:
            raise InvalidInputError(key, "given", Sentence("no such key"))


def require_flow(name: str, required: object, *, is_given: bool, enforce: object) -> None:
    """Require the input `name` if the stack does, by its value of `REQUIRE_FLOW`, and the gate isn't disabled.

    Raises:
        InvalidInputError: The input is missing, or the value is neither `true` nor `false`.
    """
    if required not in (None, "", "true", "false"):
        raise InvalidInputError(REQUIRE_FLOW, required, Sentence("true or false in lower case"))
    if required == "true" and not is_given and enforce is not False:
        raise InvalidInputError(name, None, Sentence("given as required", key=REQUIRE_FLOW))
