"""Calls one Tencent API service through Tencent's SDK; the only module that imports the SDK."""

import logging
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

from pulumi_tcsql_check.clock import Clock
from pulumi_tcsql_check.errors import ApiError, ThrottledError, TransientError, WaitCancelledError
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.model.credentials import Credentials
from pulumi_tcsql_check.model.endpoint import Endpoint
from pulumi_tcsql_check.tencent import rate_limit, response, tls
from pulumi_tcsql_check.tencent.exchange import BoundedAdapter, ExchangeTimeoutError, bound_seconds, run_bounded

GRACE_SECONDS = 5.0
"""How long after its deadline a wait may still send its last request."""

# At DEBUG the SDK logs the whole request, with the Authorization header and the token: silence it.
logging.getLogger("tencentcloud_sdk_common").addFilter(lambda _: False)

T = TypeVar("T")


@dataclass(eq=False, repr=False)
class Client:
    """Calls one service at one endpoint; not thread-safe. Without credentials, requests are not signed."""

    service: str
    version: str
    credentials: Credentials | None
    endpoint: Endpoint
    region: str
    clock: Clock

    def __post_init__(self) -> None:
        """Connect without sending a request."""
        self._adapter, self._client = self._connect()

    def call(  # noqa: PLR0913  # one per setting of a call, half of them by name
        self,
        action: str,
        params: Mapping[str, object],
        kind: type[T],
        deadline: float,
        *,
        advice: response.Advice = (),
        secrets: Collection[str] = (),
    ) -> T:
        """Call an action once, until `deadline`, an instant of the clock.

        A request may wait for its turn and run a little after the deadline. The values in `secrets` are removed from
        every error.

        Raises `ThrottledError`, `TransientError`, `PermanentError`, or `WaitCancelledError` if the update was
        cancelled; `was_sent` of each tells whether the request may have arrived.
        """
        limit = rate_limit.of(action)
        limit.wait_for_turn(self.clock, max(deadline + GRACE_SECONDS, self.clock.monotonic()))
        began = self.clock.monotonic()
        adapter = self._adapter
        try:
            body = self._exchange(action, params, bound_seconds(deadline - began))
            return response.decode(
                body, kind, endpoint=self.endpoint, credentials=self.credentials, advice=advice, secrets=secrets
            )
        except WaitCancelledError as error:
            error.was_sent = adapter.has_sent
            raise
        except ApiError as error:
            error.was_sent = adapter.has_sent
            error.took_seconds = self.clock.monotonic() - began
            if isinstance(error, ThrottledError):
                limit.slow_down(self.clock)
            raise

    def _exchange(self, action: str, params: Mapping[str, object], seconds: float) -> bytes:
        self._adapter.begin(seconds)
        options = None if self.credentials else {"SkipSign": True}
        try:
            body: bytes = run_bounded(
                lambda: self._client.call(action, dict(params), options), seconds, self.clock.check_cancelled
            )
        except ExchangeTimeoutError:
            self._adapter.abandon()
            self._adapter, self._client = self._connect()
            problem = Sentence("no response in time", endpoint=self.endpoint, seconds=seconds)
            raise TransientError(problem, kind=Sentence("nothing in time", seconds=seconds)) from None
        except WaitCancelledError:
            self._adapter.abandon()
            raise
        except TencentCloudSDKException as error:
            raise response.exchange_error(error, self._adapter.status, self.endpoint) from None
        return body

    def _connect(self) -> tuple[BoundedAdapter, CommonClient]:
        http = HttpProfile(
            protocol=self.endpoint.scheme,
            endpoint=self.endpoint.host,
            keepAlive=True,
            certification=tls.bundle(os.environ),
        )
        profile = ClientProfile(httpProfile=http, language="en-US", disable_region_breaker=True)
        who = self.credentials
        credential: Any = Credential(who.secret_id, who.secret_key, who.token) if who else None
        client = CommonClient(self.service, self.version, credential, self.region, profile)
        if self.endpoint.is_loopback:
            client.request.conn.proxy = None
        return BoundedAdapter.on(client.request.conn._session), client  # noqa: SLF001  # the SDK has no public way
