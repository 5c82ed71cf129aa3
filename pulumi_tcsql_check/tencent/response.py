"""Decodes the envelope of a Tencent API's response strictly, and classifies errors; independent of SDK and action."""

import json
import ssl
from collections.abc import Callable, Collection, Sequence
from http import HTTPStatus
from typing import Any, Generic, TypeVar

import msgspec

from pulumi_tcsql_check.errors import ApiError, PermanentError, ThrottledError, TransientError, UnanswerableError
from pulumi_tcsql_check.languages.sentence import Sentence, Words
from pulumi_tcsql_check.model.credentials import Credentials, hide
from pulumi_tcsql_check.model.endpoint import Endpoint
from pulumi_tcsql_check.tencent.exchange import MalformedBodyError
from pulumi_tcsql_check.text import printable

Advice = Sequence[tuple[str, Sentence]]
"""What to do, by the prefix of the API's error code."""

_OBJECT_ERRORS = ("FailedOperation", "InvalidParameter", "ResourceNotFound", "ResourceUnavailable")
"""The prefixes of error codes that concern the queried object, not the caller."""

_ERROR_FIELDS = ("error", "code")
"""Lower-case prefixes of field names that describe an error.

No field of a documented successful response has one: `QueryMigrationCheckProcess`, `DescribeFlowStatus`,
`DescribeMigrations`, `AssumeRole`, `AssumeRoleWithWebIdentity`, `GetCallerIdentity` (models of the SDK 3.1.183).
"""

T = TypeVar("T")


class _Error(msgspec.Struct, rename="pascal"):
    code: str
    message: str


class _Outcome(msgspec.Struct, rename="pascal"):
    error: _Error | msgspec.UnsetType = msgspec.UNSET
    request_id: str = ""


class _Envelope(msgspec.Struct, Generic[T], rename="pascal"):
    response: T


def decode(  # noqa: PLR0913  # the body, its type, and by name what classifies it
    body: bytes,
    kind: type[T],
    *,
    endpoint: Endpoint,
    credentials: Credentials | None,
    advice: Advice,
    secrets: Collection[str] = (),
) -> T:
    """Decode the body of a response; a refusal includes the first advice that fits its code.

    A successful response that repeats a secret of the request is rejected, since its texts go into the state and onto
    the screen. Secrets in an error are masked. Raises `ThrottledError`, `TransientError` if the response is
    undocumented or a retry may help, `UnanswerableError` if the cause is the queried object, and `PermanentError`
    otherwise.
    """

    def hidden_in(text: str) -> str:
        for secret in secrets:
            text = hide(secret, text)
        return credentials.hidden_in(text) if credentials is not None else text

    try:
        document = json.loads(body.decode("utf-8"), object_pairs_hook=_refuse_duplicates)
        outcome = msgspec.json.decode(body, type=_Envelope[_Outcome]).response
        if outcome.error is msgspec.UNSET:
            _refuse_undocumented(document, hidden_in)
            return msgspec.json.decode(body, type=_Envelope[kind]).response  # type: ignore[valid-type]  # known at run time
    except (ValueError, RecursionError) as error:
        problem = Sentence("undocumented response", endpoint=endpoint, reason=printable(str(error), 120))
        raise TransientError(problem, kind=Sentence("not documented")) from None
    refusal = _Error(hidden_in(outcome.error.code), hidden_in(outcome.error.message))
    facts: dict[str, Any] = {"code": refusal.code, "request_id": hidden_in(outcome.request_id)}
    raise _classify(refusal, facts, endpoint, credentials, advice)


def _classify(
    error: _Error, facts: dict[str, Any], endpoint: Endpoint, credentials: Credentials | None, advice: Advice
) -> ApiError:
    code = printable(error.code, 80)
    said = {"endpoint": endpoint, "code": code, "message": printable(error.message).rstrip(".")}
    problem = Sentence("api error", **said)
    if error.code.startswith("RequestLimitExceeded"):
        return ThrottledError(problem, **facts)
    if error.code.startswith("InternalError") or error.code == "FailedOperation.DBError":
        return TransientError(problem, kind=code, **facts)
    if credentials is not None:
        problem = Sentence("api error to", credentials=credentials.sentence, **said)
    action = next((words for prefix, words in advice if error.code.startswith(prefix)), None)
    if action is not None:
        problem = Sentence("two sentences", first=problem, second=action)
    kind = UnanswerableError if error.code.startswith(_OBJECT_ERRORS) else PermanentError
    return kind(problem, **facts)


def exchange_error(error: BaseException, status: int, endpoint: Endpoint) -> ApiError:
    """Classify an exchange without a usable body; `status` is the HTTP status, 0 if there was none."""
    if status in (0, HTTPStatus.OK):
        cause = root_cause(error)
        return TransientError(Sentence("no response", endpoint=endpoint, cause=cause), kind=cause)
    problem = Sentence("http status", endpoint=endpoint, status=status)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return ThrottledError(problem, kind=f"HTTP {status}")
    if is_transient(status):
        return TransientError(problem, kind=f"HTTP {status}")
    return PermanentError(Sentence("http status of no api", endpoint=endpoint, status=status))


def is_transient(status: int) -> bool:
    """Return whether an HTTP status is transient."""
    transient = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)
    return status in transient or status >= HTTPStatus.INTERNAL_SERVER_ERROR


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise ValueError("a name stands twice in one object")
    return dict(pairs)


def _refuse_undocumented(document: dict[str, Any], hidden_in: Callable[[str], str]) -> None:
    """Reject a success with fields beside `Response`, an error description, or a secret."""
    if list(document) != ["Response"]:
        raise ValueError("the top level holds more than `Response`")
    nodes: list[Any] = [document]
    while nodes:
        node = nodes.pop()
        if isinstance(node, dict):
            if any(name.casefold().startswith(_ERROR_FIELDS) for name in node):
                raise ValueError("a field describes an error outside `Response.Error`")
            nodes += (*node, *node.values())
        elif isinstance(node, list):
            nodes += node
        elif isinstance(node, str) and hidden_in(node) != node:
            raise ValueError("a text repeats the credentials or another secret of the request")


def root_cause(error: BaseException) -> Words:
    """Name the innermost cause, without the libraries' texts: they are long and may contain a proxy's password."""
    cause: BaseException = error
    seen: set[int] = set()
    while (below := _below(cause)) is not None and id(below) not in seen:
        seen.add(id(below))
        cause = below
    if isinstance(cause, ssl.SSLCertVerificationError):
        return Sentence("certificate refused", reason=cause.verify_message)
    if isinstance(cause, MalformedBodyError):
        return str(cause)
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror.lower()
    return type(cause).__name__


def _below(error: BaseException) -> BaseException | None:
    reason = getattr(error, "reason", None)
    nested = [arg for arg in (reason, *error.args) if isinstance(arg, BaseException)]
    return nested[0] if nested else error.__cause__ or error.__context__
