"""The wire format: requests, replies, and the API's envelope with its error codes."""

import contextlib
import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from pulumi_tcsql_check.emulator.scenario import Fault
from pulumi_tcsql_check.model.regions import REGIONS

_Form = TypeVar("_Form", bound=msgspec.Struct)


@dataclass(eq=False)
class RefusalError(Exception):
    """A request that the API answers with an error: a published `code`, and a `message` for the caller."""

    code: str
    message: str


def _missing(parameter: str) -> RefusalError:
    return RefusalError("MissingParameter", f"The request is missing the required parameter `{parameter}`.")


@dataclass(frozen=True)
class Request:
    """One HTTP request, not verified; `target` is path and query, the names of the headers are in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    def header(self, name: str) -> str:
        """Return the value of a required header; raises `RefusalError` (`MissingParameter`) if it is empty."""
        value = self.headers.get(name, "")
        if not value:
            raise _missing(name.removeprefix("x-tc-").capitalize())
        return value

    def check(self, version: str, actions: Collection[str]) -> None:
        """Raise `RefusalError` if the request is for another version, an unknown action or an unpublished region."""
        if self.header("x-tc-version") != version:
            raise RefusalError("NoSuchVersion", f"The parameter `Version` must be {version}.")
        if self.header("x-tc-action") not in actions:
            names = ", ".join(actions)
            raise RefusalError("InvalidAction", f"The action is not one that the emulator knows: {names}.")
        if self.header("x-tc-region") not in REGIONS:
            raise RefusalError("UnsupportedRegion", "The action is not supported in the region of the request.")

    def parameters(self, form: type[_Form]) -> _Form:
        """Decode the body; raises `RefusalError` if a parameter is unknown, missing or not of its type."""
        given = self.decode()
        if given is None:
            raise RefusalError("InvalidParameter", "The body of the request is not a JSON object.")
        fields = {field.encode_name: field.required for field in msgspec.structs.fields(form)}
        for name in given:
            if name not in fields:
                raise RefusalError("UnknownParameter", f"The parameter `{name}` is not recognized.")
        for name, is_required in fields.items():
            if is_required and given.get(name) in (None, ""):
                raise _missing(name)
        try:
            return msgspec.convert(given, form)
        except msgspec.ValidationError as problem:
            what, _, place = str(problem).partition(" - at `$.")
            message = f"The parameter `{place.rstrip('`')}` is wrong: {what}."
            raise RefusalError("InvalidParameter", message) from None

    def decode(self) -> dict[str, object] | None:
        """Return the parameters in the body as they are, or None if it is not a JSON object."""
        with contextlib.suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return msgspec.json.decode(self.body, type=dict[str, object])
        return None


@dataclass(frozen=True)
class Reply:
    """The response to a request, or a fault with the response that it replaces, in which every step has passed."""

    body: bytes
    outcome: str = "answer"  # for the request log: this, an error's code, or the fault's kind
    fault: Fault | None = None
    holds: Callable[[], bool] = lambda: False  # whether a fault that outlasts its request still holds


def answer(content: Mapping[str, object], outcome: str = "answer") -> Reply:
    """Make a reply in the API's envelope, with a new request id."""
    return Reply(msgspec.json.encode({"Response": {**content, "RequestId": str(uuid.uuid4())}}), outcome)
