"""What goes back for one request, and how the API wraps it."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import msgspec

from pulumi_tcsql_check.emulator.scenario import Fault


@dataclass(frozen=True)
class Reply:
    """What goes back, and what the request log calls it.

    Attributes:
        outcome: `answer`, or the error's code, or the fault's kind.
        body: The JSON to send under HTTP 200. For a fault, what would have been sent had every step passed.
        fault: What to do instead of sending the body, if anything.
        holds: Whether the fault still holds, asked of one that outlasts its request.
    """

    outcome: str
    body: bytes
    fault: Fault | None = None
    holds: Callable[[], bool] = lambda: False


def error(code: str, message: str) -> Reply:
    """Wrap an error in the API's envelope."""
    return Reply(code, envelope({"Error": {"Code": code, "Message": message}}))


def envelope(content: Mapping[str, object]) -> bytes:
    """Wrap an answer in the API's envelope, with a request id of its own."""
    return msgspec.json.encode({"Response": {**content, "RequestId": str(uuid.uuid4())}})
