"""The only module that knows Tencent's SDK: calls, decodes strictly, classifies what went wrong."""

import json
import logging
import ssl
import threading
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

from pulumi_tcsql_check import rate_limit
from pulumi_tcsql_check.credentials import Credentials
from pulumi_tcsql_check.errors import (
    ApiError,
    NotFoundError,
    PermanentError,
    ThrottledError,
    TransientError,
    WaitCancelledError,
)
from pulumi_tcsql_check.exchange import (
    BodyTooLargeError,
    BoundedAdapter,
    ExchangeTimeoutError,
    bound_seconds,
    run_bounded,
)
from pulumi_tcsql_check.flow import Flow
from pulumi_tcsql_check.inputs import Endpoint
from pulumi_tcsql_check.progress import Migration, Progress, printable
from pulumi_tcsql_check.retry import Clock

SERVICE = "sqlserver"
VERSION = "2018-03-28"
QUERY, FLOW = "QueryMigrationCheckProcess", "DescribeFlowStatus"
"""The two actions: how far a check is, and how far a flow; both allow 20 requests a second."""

TURN_SECONDS = 5.0
"""How long after its deadline a wait may still get its turn for the last request."""

_OK = 200
_REQUEST_TIMEOUT, _TOO_MANY_REQUESTS, _SERVER_ERROR = 408, 429, 500

_ADVICE = (
    ("AuthFailure.SignatureExpire", "Set this machine's clock: it differs from Tencent's by more than five minutes."),
    ("AuthFailure", "Check the secret id, key and token, and that they belong to this endpoint's kind of account."),
    ("Unauthorized", "Allow the action {service}:{action} in CAM."),
    ("ResourceNotFound", "Check {name}, region, and that the credentials belong to the migration's account."),
    ("UnsupportedRegion", "Check region."),
)
"""What to do, by the beginning of the API's error code."""

_NAMES = {QUERY: "migrate_id", FLOW: "flow_id"}
"""The gate's own name for the one parameter of each action."""

_FLOW_ADVICE = (("InvalidParameter", "Check flow_id, region, and that the flow is of the same account."),)
"""What to do beside that: no code for a flow that doesn't exist is published, and its number is the one parameter."""

T = TypeVar("T")

# At DEBUG the SDK logs the Authorization header and the token (it formats the whole request): let it log nothing.
logging.getLogger("tencentcloud_sdk_common").addFilter(lambda _: False)


class _Error(msgspec.Struct, rename="pascal"):
    code: str
    message: str


class _Outcome(msgspec.Struct, rename="pascal"):
    error: _Error | msgspec.UnsetType = msgspec.UNSET
    request_id: str = ""


class _Envelope(msgspec.Struct, rename="pascal"):
    response: _Outcome


class _Steps(msgspec.Struct, rename="pascal"):
    response: Progress


class _FlowStatus(msgspec.Struct, rename="pascal"):
    status: int
    request_id: str


class _FlowAnswer(msgspec.Struct, rename="pascal"):
    response: _FlowStatus


def default_endpoint(region: str) -> Endpoint:
    """Return the host that serves a region: finance regions have their own, all others share the international one."""
    host = f"{SERVICE}.{region}" if region.endswith("-fsi") else f"{SERVICE}.intl"
    return Endpoint("https", f"{host}.tencentcloudapi.com")


class MigrationApi:
    """Asks one endpoint about one region's migrations; one gate, and so one thread, uses it."""

    def __init__(
        self, credentials: Credentials, endpoint: Endpoint, region: str, *, clock: Clock, cancelled: threading.Event
    ) -> None:
        """Prepare; nothing is sent yet.

        Args:
            credentials: Who asks.
            endpoint: Whom to ask.
            region: The API's `Region`.
            clock: The time in which to await a turn under the process's limit.
            cancelled: Set when the update is cancelled: an exchange under way is left behind then.
        """
        self._credentials = credentials
        self._endpoint = endpoint
        self._region = region
        self._clock = clock
        self._cancelled = cancelled
        self._adapter, self._client = self._connect()

    def query(self, migration: Migration, deadline: float) -> Progress:
        """Ask once how far a check is.

        Args:
            migration: Which one.
            deadline: The instant, on the clock, that bounds the exchange together with its own limits.

        Raises:
            ThrottledError: There were too many requests.
            TransientError: There was no connection or no sensible answer.
            PermanentError: The API refused.
            WaitCancelledError: The update was cancelled.
        """
        return self._call(QUERY, {"MigrateId": migration.migrate_id}, _Steps, deadline).response

    def follow(self, flow: Flow, deadline: float) -> Flow:
        """Ask once what has become of a flow, if its number is known; the rest, errors included, is as with `query`."""
        if flow.flow_id is None:
            return flow
        try:
            said = self._call(FLOW, {"FlowId": flow.flow_id}, _FlowAnswer, deadline).response
        except ApiError as error:
            error.args = (f"flow {flow.flow_id}: {error}",)
            raise
        return Flow(flow.flow_id, said.status, said.request_id)

    def _call(self, action: str, params: Mapping[str, int], answer: type[T], deadline: float) -> T:
        rate_limit.PROCESS.wait_for_turn(self._clock, max(deadline, self._clock.monotonic()) + TURN_SECONDS)
        seconds = bound_seconds(deadline - self._clock.monotonic())
        self._adapter.begin(seconds)
        try:
            body = run_bounded(lambda: self._client.call(action, params), seconds, self._check_cancelled)
        except ExchangeTimeoutError:
            self._adapter, self._client = self._connect()  # the old one is still in the hands of the exchange
            raise TransientError(f"{self._endpoint} gave no answer within {seconds:.3g} s.") from None
        except TencentCloudSDKException as error:
            raise self._classify_exchange(error) from None
        return self._decode(body, action, answer)

    def _connect(self) -> tuple[BoundedAdapter, CommonClient]:
        http = HttpProfile(protocol=self._endpoint.scheme, endpoint=self._endpoint.host, keepAlive=True)
        profile = ClientProfile(httpProfile=http, language="en-US", disable_region_breaker=True)
        credential = Credential(self._credentials.secret_id, self._credentials.secret_key, self._credentials.token)
        client = CommonClient(SERVICE, VERSION, credential, self._region, profile)
        if self._endpoint.is_loopback:
            client.request.conn.proxy = None
        return BoundedAdapter.on(client.request.conn._session), client  # noqa: SLF001  # the SDK has no public way

    def _check_cancelled(self) -> None:
        if self._cancelled.is_set():
            raise WaitCancelledError

    def _classify_exchange(self, error: TencentCloudSDKException) -> ApiError:
        """Tell apart an answer with another status than 200 from no answer at all."""
        status = self._adapter.status
        if status in (0, _OK):
            return TransientError(f"no answer could be had from {self._endpoint}: {_root_cause(error)}.")
        problem = f"{self._endpoint} answered with HTTP status {status}"
        if status == _TOO_MANY_REQUESTS:
            return ThrottledError(f"{problem}.")
        if status == _REQUEST_TIMEOUT or status >= _SERVER_ERROR:
            return TransientError(f"{problem}.")
        return PermanentError(
            f"{problem}, which is no answer of the API (redirects are not followed). Check the endpoint and any proxy."
        )

    def _decode(self, body: bytes, action: str, answer: type[T]) -> T:
        try:
            json.loads(body, object_pairs_hook=_refuse_duplicates)
            outcome = msgspec.json.decode(body, type=_Envelope).response
            if outcome.error is msgspec.UNSET:
                return msgspec.json.decode(body, type=answer)
        except (ValueError, RecursionError) as error:
            reason = printable(str(error), 120)
            raise TransientError(f"{self._endpoint} gave an answer that is not the documented one: {reason}.") from None
        raise self._classify(action, outcome.error, outcome.request_id)

    def _classify(self, action: str, error: _Error, request_id: str) -> ApiError:
        facts: dict[str, Any] = {"code": error.code, "request_id": request_id}
        message = printable(error.message).rstrip(".")
        said = f"{self._endpoint} answered {printable(error.code, 80)}: {message}"
        if error.code.startswith("RequestLimitExceeded"):
            return ThrottledError(f"{said}.", **facts)
        if error.code.startswith("InternalError") or error.code == "FailedOperation.DBError":
            return TransientError(f"{said}.", **facts)
        known = (*_ADVICE, *_FLOW_ADVICE) if action == FLOW else _ADVICE
        advice = next((text for prefix, text in known if error.code.startswith(prefix)), "")
        advice = advice.format(service=SERVICE, action=action, name=_NAMES[action])
        kind = NotFoundError if error.code.startswith("ResourceNotFound") else PermanentError
        return kind(f"{said} (asked with {self._credentials}). {advice}".rstrip(), **facts)


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse an object that gives a name twice: which of the two is meant, nobody can say."""
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise ValueError("a name stands twice in one object")
    return dict(pairs)


def _root_cause(error: BaseException) -> str:
    """Name what lies at the bottom of an exchange that brought no answer.

    The text of the SDK's and the HTTP library's own errors is not shown: it is long, and may quote a proxy's password.
    """
    cause: BaseException = error
    seen: set[int] = set()
    while (below := _below(cause)) is not None and id(below) not in seen:
        seen.add(id(below))
        cause = below
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"its certificate was refused ({cause.verify_message})"
    if isinstance(cause, BodyTooLargeError):
        return str(cause)
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror.lower()
    return type(cause).__name__


def _below(error: BaseException) -> BaseException | None:
    reason = getattr(error, "reason", None)
    nested = [arg for arg in (reason, *error.args) if isinstance(arg, BaseException)]
    return nested[0] if nested else error.__cause__ or error.__context__
