"""The stack's configuration as the provider process gets it, and how a part of it is refused that can't be honoured."""

from typing import Any, Protocol

from pulumi_tcsql_check import voice
from pulumi_tcsql_check.errors import CredentialsError

CONFIG_NAMESPACE = "tencentcloud"
"""The namespace of Pulumi's Tencent Cloud provider, whose keys are used here as well."""


class StackConfig(Protocol):
    """The stack's configuration, decrypted; keys carry their namespace, and structured values come as JSON text."""

    def get(self, key: str, /) -> Any:  # noqa: ANN401  # whatever Pulumi's wire brought
        """Return a value, or None."""


def refusal(what: str, to_take_out: str = "it") -> CredentialsError:
    """Make the error that refuses to pass something over.

    Args:
        what: What is there, as the beginning of a sentence.
        to_take_out: What has to go, so that the gate can go on.
    """
    return CredentialsError(
        f"{what}, and to pass that over might ask about another account's migration. "
        f"{voice.current().elsewhere.format(it=to_take_out)}"
    )
