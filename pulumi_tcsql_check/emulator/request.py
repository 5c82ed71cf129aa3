"""One request as it came over the wire, and what can be read of it before it is known to be genuine."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from pulumi_tcsql_check.emulator.errors import Code, RefusalError

_PRINTABLE_NAME = re.compile(r"[A-Za-z0-9-]{1,64}", re.ASCII)


@dataclass(frozen=True)
class Request:
    """One HTTP request.

    Attributes:
        method: `POST`, `GET`, ...
        target: The path and, after a `?`, the query.
        headers: By name in lower case.
        body: The bytes of the body.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    def header(self, name: str, parameter: str) -> str:
        """The value of a header that must be there.

        Args:
            name: The header, in lower case.
            parameter: What the API's reference calls it.

        Raises:
            RefusalError: `MissingParameter`.
        """
        value = self.headers.get(name, "")
        if not value:
            raise RefusalError(Code.MISSING_PARAMETER, f"The request is missing the required parameter `{parameter}`.")
        return value

    def name(self, header: str) -> str | None:
        """The value of a header that is a plain name, such as an action or a region, or `None` for anything else."""
        value = self.headers.get(header, "")
        return value if _PRINTABLE_NAME.fullmatch(value) else None

    def parameters(self) -> dict[str, object]:
        """The body's parameters.

        Raises:
            RefusalError: `InvalidParameter`: the body isn't a JSON object.
        """
        try:
            return msgspec.json.decode(self.body, type=dict[str, object])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise RefusalError(Code.INVALID_PARAMETER, "The body of the request is not a JSON object.") from None

    def number(self, parameter: str) -> int | None:
        """The value of a parameter, or `None` if the body has none of that name that is an integer."""
        try:
            value = self.parameters().get(parameter)
        except RefusalError:
            return None
        return value if isinstance(value, int) and not isinstance(value, bool) else None
