"""Process one response from its bytes to the text that a user sees, and compare each stage with the oracle.

A violated property raises an `AssertionError`. Any other exception that is not the package's own is not caught.
"""

import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import requests
import urllib3
from google.protobuf import struct_pb2
from harness.fake_clock import FakeClock
from harness.oracle import PASSED_FLOW, proves_a_failure, proves_a_pass, proves_a_start
from harness.responses import MIGRATION
from harness.stub_api import StubApi, wait_for
from requests.adapters import HTTPAdapter
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException

from pulumi_tcsql_check.config.check_inputs import CheckInputs
from pulumi_tcsql_check.errors import ApiError, CheckFailedError, TcsqlCheckError
from pulumi_tcsql_check.messages.audience import PROGRAM
from pulumi_tcsql_check.messages.errors import text_of
from pulumi_tcsql_check.model.credentials import Credentials
from pulumi_tcsql_check.model.endpoint import Endpoint
from pulumi_tcsql_check.model.flow import Evidence, Flow
from pulumi_tcsql_check.model.progress import Progress, failed_steps, judge, place_of
from pulumi_tcsql_check.polling.policy import PollPolicy
from pulumi_tcsql_check.polling.watch import Watch
from pulumi_tcsql_check.reading import outputs, rows
from pulumi_tcsql_check.tencent import client, rate_limit, response
from pulumi_tcsql_check.tencent.sqlserver import (
    FLOW_ADVICE,
    QUERY_ADVICE,
    START_ADVICE,
    MigrationApi,
    _FlowStatus,
    _Started,
)
from pulumi_tcsql_check.text import printable

ROW_CHARACTERS = 400
"""The maximum length of a row: a name is cut at 300 characters, and the other parts are short."""

TEXT_CHARACTERS = 4000
"""The maximum length of an error's text: it quotes a few texts, each cut."""

STATUSES = (200, 200, 200, 200, 201, 204, 206, 301, 400, 403, 404, 408, 429, 500, 502, 503)
KINDS = ("application/json", "application/json; charset=utf-8", "text/html", "", "application/octet-stream", "\xff")
ENCODINGS = ("", "", "", "gzip", "deflate", "identity", "br", "what")
TAUGHT: tuple[tuple[int, ...], ...] = ((), (), (-1,), (1, 3))
FLOWS: tuple[Flow | None, ...] = (None, None, Flow(1001), Flow(1001, 0), Flow(1001, 1), Flow(1001, 2), Flow(1001, 9))
HEAD_BYTES = 5

_ENDPOINT = Endpoint("http", "127.0.0.1:9")
WHO = Credentials("AKIDtest", "key", None, "a test")
"""The caller's credentials; the id is long enough for the search in a server's text."""


@dataclass(frozen=True)
class Case:
    """One response, and the inputs for its verdict."""

    status: int
    kind: str
    encoding: str
    taught: tuple[int, ...]
    flow: Flow | None
    through_sdk: bool
    body: bytes

    @classmethod
    def of(cls, data: bytes) -> "Case":
        """Read a case: one byte for each choice, then the body."""
        head = data[:HEAD_BYTES].ljust(HEAD_BYTES, b"\0")
        return cls(
            STATUSES[head[0] % len(STATUSES)],
            KINDS[head[1] % len(KINDS)],
            ENCODINGS[head[2] % len(ENCODINGS)],
            TAUGHT[head[3] % len(TAUGHT)],
            FLOWS[head[3] // len(TAUGHT) % len(FLOWS)],
            head[4] % 16 == 0,
            data[HEAD_BYTES:],
        )


@dataclass(frozen=True)
class Outcome:
    """How far a response was processed.

    Attributes:
        progress: It was decoded.
        passed: It opens a gate.
        failed: It ends a wait as failed.
        stricter: The oracle passes it and the package doesn't, for a reason of its own.
    """

    progress: bool = False
    passed: bool = False
    failed: bool = False
    stricter: bool = False


def examine(case: Case) -> Outcome:
    """Process one response in every stage, and return the outcome."""
    passes = case.status == 200 and proves_a_pass(case.body)
    if case.through_sdk:
        _through_the_sdk(case)
    _as_flow(case)
    _as_start(case)
    try:
        progress = _receive(case)
    except ApiError as error:
        _is_fit_to_be_seen(error)
        return Outcome(stricter=passes)
    assert isinstance(progress, Progress)
    verdict = judge(progress, case.taught)
    again = judge(progress, case.taught, progress)
    assert (verdict == "passed") == (again == "passed") == progress.passed, "a pass hangs on the poll before"
    assert passes or not progress.passed, "a false pass"
    assert (again == "failed") == proves_a_failure(case.body, case.taught), "a false failure, or none"
    assert (again == "failed") == (not progress.passed and bool(failed_steps(progress, case.taught, progress)))
    _outputs(case, progress)
    _rows(case, progress)
    _wait(case, passes)
    return Outcome(progress=True, passed=progress.passed, failed=again == "failed", stricter=passes != progress.passed)


def _receive(case: Case) -> Progress:
    """Decode it as the client decodes what the SDK returns."""
    if case.status != 200:
        raise response.exchange_error(TencentCloudSDKException("ServerNetworkError", ""), case.status, _ENDPOINT)
    return response.decode(case.body, Progress, endpoint=_ENDPOINT, credentials=WHO, advice=QUERY_ADVICE)


def _as_flow(case: Case) -> None:
    """Decode the same bytes as a response about a flow."""
    try:
        said = response.decode(case.body, _FlowStatus, endpoint=_ENDPOINT, credentials=WHO, advice=FLOW_ADVICE)
    except ApiError as error:
        _is_fit_to_be_seen(error)
        return
    flow = Flow(1001, said.status, said.request_id)
    assert flow.succeeded == (type(said.status) is int and said.status == PASSED_FLOW)
    _is_row(str(flow.sentence))


def _as_start(case: Case) -> None:
    """Decode the same bytes as a response to a start."""
    try:
        said = response.decode(case.body, _Started, endpoint=_ENDPOINT, credentials=WHO, advice=START_ADVICE)
    except ApiError as error:
        _is_fit_to_be_seen(error)
        return
    assert proves_a_start(case.body), "a false start"
    _is_row(str(Flow(said.flow_id).sentence))


def _outputs(case: Case, progress: Progress) -> None:
    """Build the outputs for the wire; they agree with the verdict, and can be serialized."""
    seen = Evidence(progress, case.flow)
    inputs = CheckInputs.from_props(
        {"migrate_id": 1066, "region": "ap-guangzhou", "wait": True, "failed_statuses": list(case.taught)}
    )
    given: dict[str, Any] = outputs.outputs_of([seen], inputs)
    opens = case.flow is None or case.flow.code == PASSED_FLOW
    assert given["passed"] == (given["status"] == "passed") == (progress.passed and opens), "another verdict"
    assert given["passed"] <= (proves_a_pass(case.body) and opens), "a false pass in the outputs"
    assert [step["state"] == "passed" for step in given["steps"]] == [step.status == 0 for step in progress.steps]
    wire = struct_pb2.Struct()
    wire.update(given)
    assert WHO.secret_id.encode() not in wire.SerializeToString(), "a secret in the outputs"


def _rows(case: Case, progress: Progress) -> None:
    """Build the texts of a row."""
    seen = Evidence(progress, case.flow)
    _is_row(str(place_of(progress, case.taught).sentence))
    _is_row(str(seen.place(case.taught).sentence))
    _is_row(str(rows.place_for(MIGRATION, seen, case.taught).sentence))
    for step in progress.steps:
        _is_row(printable(step.message))


def _wait(case: Case, passes: bool) -> None:
    """Run a gate for two polls with the same bytes."""

    def follow(flow: Flow, _: float) -> Flow:
        return flow

    opens = case.flow is None or case.flow.code == PASSED_FLOW
    clock, api = FakeClock(), StubApi(lambda _: _receive(case), follow)
    watch = Watch(MIGRATION, PollPolicy(2.0, 2.0, case.taught), clock.monotonic(), case.flow)
    try:
        seen = wait_for(watch, api, clock=clock, on_progress=lambda _: None)
    except TcsqlCheckError as error:
        _is_fit_to_be_seen(error)
        if isinstance(error, CheckFailedError):
            assert proves_a_failure(case.body, case.taught), "a false failure"
        return
    assert passes, "a false pass of the gate"
    assert opens, "a pass without its flow"
    assert seen.passed


def _through_the_sdk(case: Case) -> None:
    """Send it through the real SDK, over a fake transport."""
    clock = FakeClock()
    with _transport(case):
        api = MigrationApi(WHO, _ENDPOINT, "ap-guangzhou", clock=clock)
        try:
            progress = api.query(MIGRATION, clock.now + 10)
        except ApiError as error:
            _is_fit_to_be_seen(error)
            return
    assert case.status == 200, "another status than 200 is no answer"
    if not case.encoding:
        assert progress == _receive(case), "the SDK hands over other bytes than came"
        assert not progress.passed or proves_a_pass(case.body), "a false pass through the SDK"


@contextmanager
def _transport(case: Case) -> Iterator[None]:
    """Replace the socket below the SDK and the package's adapter."""
    headers = {"Content-Type": case.kind, "Location": "http://127.0.0.1:9/elsewhere"}
    if case.encoding:
        headers["Content-Encoding"] = case.encoding

    def send(adapter: HTTPAdapter, request: requests.PreparedRequest, *_: object) -> requests.Response:
        raw = urllib3.HTTPResponse(io.BytesIO(case.body), headers, case.status, preload_content=False)
        return adapter.build_response(request, raw)

    def run(call: Callable[[], Any], *_: object) -> Any:  # noqa: ANN401  # what the call returns
        return call()  # a thread for each of a million calls would only take time

    with (
        patch.object(HTTPAdapter, "send", send),
        patch.object(client, "run_bounded", run),
        patch.dict(rate_limit._limits, clear=True),
    ):
        yield


def _is_row(text: str) -> None:
    assert text.isprintable(), "a row that may move the cursor"
    assert len(text) <= ROW_CHARACTERS, "a row without an end"


def _is_fit_to_be_seen(error: TcsqlCheckError) -> None:
    text = str(text_of(error, PROGRAM))
    assert WHO.secret_id not in text, "a text with a secret"
    assert all(line.isprintable() for line in text.split("\n")), "a text that may move the cursor"
    assert len(text) <= TEXT_CHARACTERS, "a text without an end"
    request = r"\n  Request: .+(\n {11}.+)*"  # the API may give a long one, which is wrapped
    assert re.search(rf"\n  Code:    [a-z-]+({request})?$", text), f"a text without a code: {text[-40:]}"
