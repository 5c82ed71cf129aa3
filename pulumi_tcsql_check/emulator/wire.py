"""The wire format: requests, replies, and the API's envelope with its error codes."""

import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import msgspec

from pulumi_tcsql_check.emulator.scenario import Fault

_PRINTABLE_NAME = re.compile(r"[A-Za-z0-9-]{1,64}", re.ASCII)


class RefusalError(Exception):
    """A request that the API would answer with an error.

    Attributes:
        code: The error's `Code`, one that Tencent has published.
        message: The error's `Message`: one or two sentences for the caller.
    """

    def __init__(self, code: str, message: str) -> None:
        """Make an error whose text has the code and the message."""
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Request:
    """One HTTP request, whose signature may not have been verified yet.

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
        """Return the value of a required header.

        Args:
            name: The header, in lower case.
            parameter: What the API's reference calls it.

        Raises:
            RefusalError: `MissingParameter`.
        """
        value = self.headers.get(name, "")
        if not value:
            raise RefusalError("MissingParameter", f"The request is missing the required parameter `{parameter}`.")
        return value

    def name(self, header: str) -> str | None:
        """Return the value of a header if it is a plain name, such as that of an action or a region."""
        value = self.headers.get(header, "")
        return value if _PRINTABLE_NAME.fullmatch(value) else None

    def parameters(self) -> dict[str, object]:
        """Decode the body.

        Raises:
            RefusalError: `InvalidParameter`: the body isn't a JSON object.
        """
        try:
            return msgspec.json.decode(self.body, type=dict[str, object])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise RefusalError("InvalidParameter", "The body of the request is not a JSON object.") from None

    def number(self, parameter: str) -> int | None:
        """Return the value of a parameter if the body can be decoded and the value is an integer."""
        try:
            value = self.parameters().get(parameter)
        except RefusalError:
            return None
        return value if isinstance(value, int) and not isinstance(value, bool) else None


@dataclass(frozen=True)
class Reply:
    """The response to a request, or the fault in its place.

    Attributes:
        outcome: What the request log records: `answer`, the error's code, or the fault's kind.
        body: The JSON to send under HTTP 200. For a fault, what would have been sent had every step passed.
        fault: What to do instead of sending the body, if anything.
        holds: Whether a fault that outlasts its request still holds.
    """

    outcome: str
    body: bytes
    fault: Fault | None = None
    holds: Callable[[], bool] = lambda: False


def error(code: str, message: str) -> Reply:
    """Wrap an error in the API's envelope."""
    return Reply(code, envelope({"Error": {"Code": code, "Message": message}}))


def envelope(content: Mapping[str, object]) -> bytes:
    """Wrap a response in the API's envelope, with a new request id."""
    return msgspec.json.encode({"Response": {**content, "RequestId": str(uuid.uuid4())}})
