"""Credentials that expire between two queries: the session renews them if their source can, or raises an error."""

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from harness.emulated_services import emulated_services, make_role_arn
from harness.error_texts import full_text, raises_error
from harness.responses import MIGRATION

from pulumi_tcsql_check.clock import SystemClock
from pulumi_tcsql_check.config import provider_config
from pulumi_tcsql_check.credentials.account import Account
from pulumi_tcsql_check.credentials.session import ApiSession
from pulumi_tcsql_check.emulator import DUMMY_SECRET_ID, DUMMY_SECRET_KEY, OTHER_ACCOUNT_ID, Emulator, Keys, ManualClock
from pulumi_tcsql_check.errors import AccountError, ExpiredTokenError, PermanentError
from pulumi_tcsql_check.model.credentials import Credentials
from pulumi_tcsql_check.model.endpoint import Endpoint
from pulumi_tcsql_check.model.role import Role
from pulumi_tcsql_check.tencent import sts
from pulumi_tcsql_check.tencent.sqlserver import MigrationApi

MINE = Credentials(DUMMY_SECRET_ID, DUMMY_SECRET_KEY, None, "a test")
SESSION_SECONDS = 100


@pytest.fixture(name="clock")
def _clock() -> ManualClock:
    """The emulator's clock, which begins at the SDK's."""
    return ManualClock(time.time())


def make_session(
    emulator: Emulator, find: Callable[[], Credentials], config: dict[str, str] | None = None
) -> ApiSession:
    """Make a session with an emulator; its time of day is constant."""
    clock, began = SystemClock(threading.Event()), time.time()
    asked = provider_config.read(config or {}, {})
    account = Account(lambda _: find(), asked, clock, now=lambda: began)
    endpoint = Endpoint("http", emulator.endpoint)
    return ApiSession(account, lambda who: MigrationApi(who, endpoint, MIGRATION.region, clock=clock))


def soon() -> float:
    """Return a deadline."""
    return time.monotonic() + 5


def test_a_role_that_expires_is_assumed_again(clock: ManualClock, tmp_path: Path) -> None:
    """The API refuses the old session, and the same query gets its response with the new one."""
    log = tmp_path / "requests.jsonl"
    role = {"roleArn": make_role_arn(OTHER_ACCOUNT_ID), "sessionName": "deploy", "sessionDuration": SESSION_SECONDS}
    with emulated_services(Emulator("pass", clock=clock, request_log=log)) as emulator:
        gate = make_session(emulator, lambda: MINE, {"tencentcloud:assumeRole": json.dumps(role)})
        assert gate.query(MIGRATION, soon()).passed
        assert gate.query(MIGRATION, soon()).passed
        clock.advance(SESSION_SECONDS)
        assert gate.query(MIGRATION, soon()).passed
        assert gate.query(MIGRATION, soon()).passed
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    query = "QueryMigrationCheckProcess"
    assert [(line["action"], line["outcome"]) for line in lines] == [
        ("AssumeRole", "answer"),
        (query, "answer"),
        (query, "answer"),
        (query, "AuthFailure.TokenFailure"),
        ("AssumeRole", "answer"),
        (query, "answer"),
        (query, "answer"),
    ]


def test_an_expired_token_without_a_newer_one_is_one_error() -> None:
    """The wait ends, and the error says to set new credentials."""
    old = Credentials(DUMMY_SECRET_ID, DUMMY_SECRET_KEY, "old", "the environment")
    with emulated_services(Emulator("pass", keys=Keys(token="new"))) as emulator:
        with pytest.raises(PermanentError) as caught:
            make_session(emulator, lambda: old).query(MIGRATION, soon())
        assert caught.value.code == "AuthFailure.TokenFailure"
        said = full_text(caught.value)
        assert said.startswith(f"{emulator.url} answered AuthFailure.TokenFailure: The token of the request is missing")
    assert said.endswith(
        "Then: the credentials are temporary and seem to have expired, and their source has no newer ones; set new "
        "ones, then run again: pulumi up Code: refused"
    )
    assert "old" not in said


def test_an_expired_token_is_the_same_error_if_the_account_is_configured(clock: ManualClock, tmp_path: Path) -> None:
    """After the refusal no request queries the old token's account."""
    log = tmp_path / "requests.jsonl"
    with emulated_services(Emulator("pass", clock=clock, request_log=log)) as emulator:
        service = sts.TokenService(SystemClock(threading.Event()))
        found = service.assume_role(MINE, Role(make_role_arn(OTHER_ACCOUNT_ID), "deploy", SESSION_SECONDS), soon())
        new = found.credentials
        old = Credentials(new.tmp_secret_id, new.tmp_secret_key, new.token, "the environment")
        gate = make_session(emulator, lambda: old, {"tencentcloud:allowedAccountIds": f'["{OTHER_ACCOUNT_ID}"]'})
        assert gate.query(MIGRATION, soon()).passed
        clock.advance(SESSION_SECONDS)
        with raises_error(
            ExpiredTokenError, "the credentials are temporary and seem to have expired, and their source"
        ):
            gate.query(MIGRATION, soon())
    actions = [json.loads(line)["action"] for line in log.read_text(encoding="utf-8").splitlines()]
    assert actions == ["AssumeRole", "GetCallerIdentity", *["QueryMigrationCheckProcess"] * 2]


def test_an_expired_token_is_read_again_from_its_source() -> None:
    """A file that was rewritten meanwhile, for example by a login, is read again."""
    given = [Credentials(DUMMY_SECRET_ID, DUMMY_SECRET_KEY, token, "a file") for token in ("new", "old")]
    with emulated_services(Emulator("pass", keys=Keys(token="new"))) as emulator:
        assert make_session(emulator, given.pop).query(MIGRATION, soon()).passed
    assert given == []


def test_a_token_that_is_refused_twice_is_an_error() -> None:
    """New credentials that are refused too end the wait, so there is no endless loop."""
    given = [Credentials(DUMMY_SECRET_ID, DUMMY_SECRET_KEY, token, "a file") for token in ("c", "b", "a")]
    with (
        emulated_services(Emulator("pass", keys=Keys(token="new"))) as emulator,
        pytest.raises(PermanentError, match="TokenFailure"),
    ):
        make_session(emulator, given.pop).query(MIGRATION, soon())
    assert len(given) == 1


@pytest.mark.parametrize(
    ("keys", "who"),
    [
        (Keys(secret_key="another"), Credentials(DUMMY_SECRET_ID, DUMMY_SECRET_KEY, "t", "a test")),
        (Keys(token="new"), MINE),
    ],
)
def test_other_refusals_do_not_renew_the_credentials(keys: Keys, who: Credentials) -> None:
    """A wrong key or a missing token is an error at once, and the source is not called again."""
    given = [who]
    with emulated_services(Emulator("pass", keys=keys)) as emulator, pytest.raises(PermanentError, match="AuthFailure"):
        make_session(emulator, given.pop).query(MIGRATION, soon())


def test_new_credentials_of_another_account_do_not_query(clock: ManualClock, tmp_path: Path) -> None:
    """The session verifies the new credentials' account before it repeats the query."""
    log = tmp_path / "requests.jsonl"
    with emulated_services(Emulator("pass", clock=clock, request_log=log)) as emulator:
        service = sts.TokenService(SystemClock(threading.Event()))

        def session(account_id: str) -> Credentials:
            role = Role(make_role_arn(account_id), "deploy", SESSION_SECONDS)
            pair = service.assume_role(MINE, role, soon()).credentials
            return Credentials(pair.tmp_secret_id, pair.tmp_secret_key, pair.token, "a file")

        ids = ["100000000002", "100000000001"]
        config = {"tencentcloud:allowedAccountIds": '["100000000001"]'}
        gate = make_session(emulator, lambda: session(ids.pop()), config)
        assert gate.query(MIGRATION, soon()).passed
        clock.advance(SESSION_SECONDS)
        with pytest.raises(AccountError):
            gate.query(MIGRATION, soon())
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert {line["account"] for line in lines if line["action"] == "QueryMigrationCheckProcess"} == {"100000000001"}
