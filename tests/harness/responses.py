"""Responses of the API: made in one line or loaded from `tests/data`, and decoded by the package."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from pulumi_tcsql_check.model.credentials import Credentials
from pulumi_tcsql_check.model.endpoint import Endpoint
from pulumi_tcsql_check.model.migration_list import PAGE_SIZE, MigrationPage
from pulumi_tcsql_check.model.progress import Migration, Progress, StepDetail
from pulumi_tcsql_check.tencent import response
from pulumi_tcsql_check.tencent.sqlserver import LIST_ADVICE, QUERY_ADVICE

DATA = Path(__file__).parents[1] / "data"

MIGRATION = Migration(1066, "ap-guangzhou")

_ENDPOINT = Endpoint("http", "127.0.0.1:9")
_WHO = Credentials("AKIDtest", "key", None, "a test")


def load_responses(folder: str) -> dict[str, Any]:
    """Load all JSON files of a folder below `tests/data`, by their names without the suffix."""
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted((DATA / folder).glob("*.json"))}


def decode(body: bytes) -> Progress:
    """Decode a response's body, or raise what a query raises."""
    return response.decode(body, Progress, endpoint=_ENDPOINT, credentials=_WHO, advice=QUERY_ADVICE)


def decode_page(body: bytes) -> MigrationPage:
    """Decode the body of a page of migrations, or raise what listing raises."""
    return response.decode(body, MigrationPage, endpoint=_ENDPOINT, credentials=_WHO, advice=LIST_ADVICE)


def as_body(response: object) -> bytes:
    """Encode a response in the API's envelope."""
    return json.dumps({"Response": response}).encode()


def make_page(
    flags: Mapping[int, int | None], request_id: str = "f-1", *, status: int = 1, is_last: bool = True
) -> MigrationPage:
    """Make a page that lists these migrations with these flags; one that isn't the last is filled up with others."""
    listed = [{"MigrateId": number, "CheckFlag": code, "Status": status} for number, code in flags.items()]
    others = [{"MigrateId": 10**9 + number, "CheckFlag": 3, "Status": 1} for number in range(PAGE_SIZE - len(listed))]
    page = {"MigrateTaskSet": listed if is_last else listed + others, "RequestId": request_id}
    return msgspec.convert(page, MigrationPage)


def make_progress(current: int, *codes: int, total: int | None = None, message: str = "Check ...") -> Progress:
    """Make the progress of a check whose steps have these status codes."""
    steps = tuple(StepDetail(f"Step {number}", code, message) for number, code in enumerate(codes, start=1))
    return Progress(len(codes) if total is None else total, current, steps, "4be5990d")
