"""The account that queries: found once, verified, cached, and renewed, against an emulator's token service."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from harness.blocked_calls import block_os_call
from harness.emulated_services import emulated_services, make_role_arn, scripted_services
from harness.error_texts import full_text, headline, raises_error
from harness.fake_clock import FakeClock
from harness.scripted_server import answer, reset

from pulumi_tcsql_check.clock import SystemClock
from pulumi_tcsql_check.config import provider_config
from pulumi_tcsql_check.config.provider_config import ProviderConfig
from pulumi_tcsql_check.credentials import account as account_module
from pulumi_tcsql_check.credentials.account import RETRY_SECONDS, Account, shared_account
from pulumi_tcsql_check.emulator import (
    ACCOUNT_ID,
    DUMMY_SECRET_ID,
    DUMMY_SECRET_KEY,
    OTHER_ACCOUNT_ID,
    OTHER_SECRET_ID,
    OTHER_SECRET_KEY,
    Emulator,
)
from pulumi_tcsql_check.errors import (
    AccountError,
    CredentialsError,
    PermanentError,
    TransientError,
    WaitCancelledError,
)
from pulumi_tcsql_check.model.credentials import Credentials
from pulumi_tcsql_check.model.role import Role
from pulumi_tcsql_check.tencent import exchange, metadata, sts

NOW = 1_700_000_000.0
MINE = Credentials(DUMMY_SECRET_ID, DUMMY_SECRET_KEY, None, "a test")
OTHERS = Credentials(OTHER_SECRET_ID, OTHER_SECRET_KEY, None, "a test")
ASKED = provider_config.read({}, {})
LATER = float("inf")
UNCANCELLED = SystemClock(threading.Event())


@pytest.fixture(name="log")
def _log(tmp_path: Path) -> Callable[[], list[Any]]:
    """Return the emulator's requests so far: action and account."""
    path = tmp_path / "requests.jsonl"

    def read() -> list[Any]:
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        return [(one["action"], one["account"]) for one in map(json.loads, lines)]

    return read


@pytest.fixture(name="emulator")
def _emulator(tmp_path: Path, log: object) -> Iterator[Emulator]:
    """An emulator in place of the token service."""
    del log
    with emulated_services(Emulator(request_log=tmp_path / "requests.jsonl")) as emulator:
        yield emulator


class Source:
    """A source that returns its results in order and repeats the last one; it raises an error among them."""

    def __init__(self, *given: Credentials | Exception) -> None:
        """Use these results."""
        self.given = given
        self.asked = 0

    def __call__(self, deadline: float = LATER) -> Credentials:
        """Return or raise the next result."""
        del deadline
        self.asked += 1
        found = self.given[min(self.asked, len(self.given)) - 1]
        if isinstance(found, Exception):
            raise found
        return found


class Time:
    """The time of day, as a test sets it."""

    def __init__(self, now: float = NOW) -> None:
        """Start at an instant."""
        self.now = now

    def __call__(self) -> float:
        """Return the time."""
        return self.now


def service() -> sts.TokenService:
    """Make the token service as a process has it."""
    return sts.TokenService(SystemClock(threading.Event()))


def account(
    source: Callable[[float], Credentials], asked: ProviderConfig = ASKED, now: Callable[[], float] = lambda: NOW
) -> Account:
    """Make an account whose searches are never cancelled."""
    return Account(source, asked, SystemClock(threading.Event()), now=now)


def soon() -> float:
    """Return a deadline."""
    return time.monotonic() + 5


def temporary(name: str, expires_at: float | None = None) -> Credentials:
    """Make temporary credentials."""
    return Credentials(f"AKID{name}", "key", "token", "a test", expires_at)


def allowing(**ids: list[str]) -> ProviderConfig:
    """Make a configuration of `allowed` and `forbidden` accounts."""
    return provider_config.read(
        {f"tencentcloud:{name}AccountIds": json.dumps(value) for name, value in ids.items()}, {}
    )


def test_credentials_without_expiry_are_searched_once() -> None:
    """All gates of a process share the result."""
    source = Source(MINE)
    who = account(source)
    assert [who.current(LATER) for _ in range(3)] == [MINE] * 3
    assert source.asked == 1


def test_many_gates_cause_one_search(emulator: Emulator, log: Callable[[], list[Any]]) -> None:
    """Twelve threads that start together assume the role once and verify the account once."""
    del emulator
    asked = provider_config.read(
        {
            "tencentcloud:assumeRole": json.dumps(
                {"roleArn": make_role_arn(OTHER_ACCOUNT_ID), "sessionName": "deploy"}
            ),
            "tencentcloud:allowedAccountIds": json.dumps([OTHER_ACCOUNT_ID]),
        },
        {},
    )
    who = account(Source(MINE), asked, time.time)
    with ThreadPoolExecutor(12) as pool:
        found = set(pool.map(lambda _: who.current(soon()).secret_id, range(12)))
    assert len(found) == 1
    assert log() == [("AssumeRole", ACCOUNT_ID), ("GetCallerIdentity", OTHER_ACCOUNT_ID)]


def test_a_failed_search_is_repeated_by_the_next_gate() -> None:
    """A failed search leaves nothing in the cache."""
    source = Source(CredentialsError("none"), MINE)
    who = account(source)
    with pytest.raises(CredentialsError):
        who.current(LATER)
    assert who.current(LATER) == MINE


def test_a_role_is_assumed_with_the_callers_credentials(emulator: Emulator) -> None:
    """The gate queries as the role, and the text about its credentials says so."""
    del emulator
    asked = provider_config.read(
        {"tencentcloud:assumeRole": json.dumps({"roleArn": make_role_arn(OTHER_ACCOUNT_ID), "sessionName": "deploy"})},
        {},
    )
    found = account(Source(MINE), asked, time.time).current(soon())
    assert found.token
    assert str(found.source) == f"the role {make_role_arn(OTHER_ACCOUNT_ID)}"
    assert found.expires_at is not None
    assert 7190 < found.expires_at - time.time() <= 7200
    assert service().account_of(found, soon()) == OTHER_ACCOUNT_ID


def test_roles_are_assumed_one_after_the_other(emulator: Emulator, log: Callable[[], list[Any]]) -> None:
    """The role that the command line's file names comes first, then the configured one, as in Pulumi's provider."""
    del emulator
    found = Credentials(
        MINE.secret_id, MINE.secret_key, None, "a test", None, Role(make_role_arn(OTHER_ACCOUNT_ID), "deploy")
    )
    asked = provider_config.read(
        {"tencentcloud:assumeRole": json.dumps({"roleArn": make_role_arn(ACCOUNT_ID), "sessionName": "deploy"})}, {}
    )
    last = account(Source(found), asked, time.time).current(soon())
    assert log() == [("AssumeRole", ACCOUNT_ID), ("AssumeRole", OTHER_ACCOUNT_ID)]
    assert service().account_of(last, soon()) == ACCOUNT_ID


def test_a_missing_role_is_an_error(emulator: Emulator) -> None:
    """The gate doesn't use the caller's account instead."""
    del emulator
    asked = provider_config.read(
        {"tencentcloud:assumeRole": json.dumps({"roleArn": make_role_arn("100000000009"), "sessionName": "deploy"})}, {}
    )
    with pytest.raises(PermanentError, match=r"ResourceNotFound\.RoleNotFound: .* Check the role's ARN\."):
        account(Source(MINE), asked).current(soon())


def test_a_role_without_a_pair_is_an_error() -> None:
    """An empty id and key are no credentials, and half of a pair is invalid too."""
    empty = '{"Response":{"Credentials":{"Token":"t","TmpSecretId":"","TmpSecretKey":""},"RequestId":"r"}}'
    asked = provider_config.read({"tencentcloud:assumeRole": '{"roleArn": "arn", "sessionName": "deploy"}'}, {})
    with scripted_services(answer(empty), answer(empty.replace('"TmpSecretId":""', '"TmpSecretId":"i"'))):
        with raises_error(CredentialsError, r"^The token service gave nothing for the role arn\.$"):
            account(Source(MINE), asked).current(soon())
        with raises_error(CredentialsError, r"^TmpSecretKey is missing in the role arn, though"):
            account(Source(MINE), asked).current(soon())


@pytest.mark.parametrize(
    ("credentials", "asked", "rule"),
    [
        (MINE, allowing(allowed=[ACCOUNT_ID]), ""),
        (MINE, allowing(allowed=["1", ACCOUNT_ID]), ""),
        (MINE, allowing(forbidden=[OTHER_ACCOUNT_ID]), ""),
        (MINE, allowing(allowed=[ACCOUNT_ID], forbidden=[OTHER_ACCOUNT_ID]), ""),
        (OTHERS, allowing(allowed=[ACCOUNT_ID]), "tencentcloud:allowedAccountIds does not list"),
        (OTHERS, allowing(allowed=[OTHER_ACCOUNT_ID[:-1]]), "tencentcloud:allowedAccountIds does not list"),
        (OTHERS, allowing(forbidden=[OTHER_ACCOUNT_ID]), "tencentcloud:forbiddenAccountIds forbids"),
        (
            OTHERS,
            allowing(allowed=[OTHER_ACCOUNT_ID], forbidden=[OTHER_ACCOUNT_ID]),
            "tencentcloud:forbiddenAccountIds forbids",
        ),
    ],
)
def test_only_an_allowed_account_queries(
    emulator: Emulator, credentials: Credentials, asked: ProviderConfig, rule: str
) -> None:
    """For any other account the error names the account and the key that excludes it."""
    del emulator
    who = account(Source(credentials), asked)
    if not rule:
        assert who.current(soon()) == credentials
        return
    for _ in range(2):
        with pytest.raises(AccountError) as caught:
            who.current(soon())
        assert caught.value.account_id == OTHER_ACCOUNT_ID
        assert full_text(caught.value) == (
            f"The credentials ...2222 from a test belong to account {OTHER_ACCOUNT_ID}, which {rule}. Then: nothing "
            "was queried with them. Use those of an allowed account, then run again: pulumi up Code: account"
        )


def test_an_account_is_verified_once(emulator: Emulator, log: Callable[[], list[Any]]) -> None:
    """There is one request for each set of credentials, not for each query."""
    del emulator
    who = account(Source(MINE), allowing(allowed=[ACCOUNT_ID]))
    for _ in range(3):
        who.current(soon())
    assert log() == [("GetCallerIdentity", ACCOUNT_ID)]


@pytest.mark.parametrize("asked", [allowing(allowed=["1"]), allowing(forbidden=["1"])])
def test_an_account_that_cannot_be_verified_does_not_query(asked: ProviderConfig) -> None:
    """Without a response of the token service there is no query; a transient failure may be retried."""
    known = answer('{"Response":{"AccountId":"1","RequestId":"r"}}')
    with scripted_services(reset, known):
        who = account(Source(MINE), asked)
        with pytest.raises(TransientError):
            who.current(soon())
        if asked.forbidden:
            with pytest.raises(AccountError):
                who.current(soon())
        else:
            assert who.current(soon()) == MINE


def test_expiring_credentials_are_renewed_in_time() -> None:
    """New credentials are fetched five minutes before the old ones expire, not earlier."""
    first, second = temporary("1", NOW + 7200), temporary("2", NOW + 14400)
    now, source = Time(), Source(first, second)
    who = account(source, now=now)
    assert who.current(LATER) == first
    now.now = NOW + 7200 - 301
    assert who.current(LATER) == first
    now.now = NOW + 7200 - 300
    assert who.current(LATER) == second
    assert source.asked == 2


def test_short_lived_credentials_are_renewed_in_their_last_tenth() -> None:
    """A session of one minute is not renewed for every query."""
    first, second = temporary("1", NOW + 60), temporary("2", NOW + 120)
    now = Time()
    who = account(Source(first, second), now=now)
    assert who.current(LATER) == first
    now.now = NOW + 53.9
    assert who.current(LATER) == first
    now.now = NOW + 54
    assert who.current(LATER) == second


def test_credentials_that_come_expired_are_used_and_renewed_each_time() -> None:
    """This machine's clock may be wrong, which the API then reports."""
    source = Source(temporary("1", NOW - 1), temporary("2", NOW - 1))
    who = account(source)
    assert [who.current(LATER).secret_id for _ in range(2)] == ["AKID1", "AKID2"]


@pytest.mark.parametrize("trouble", [CredentialsError("gone"), TransientError("no answer")])
def test_old_credentials_are_used_until_they_expire(trouble: Exception) -> None:
    """A source that fails for a while doesn't end a wait, and isn't called for every query."""
    first = temporary("1", NOW + 7200)
    now, source = Time(), Source(first, trouble)
    who = account(source, now=now)
    who.current(LATER)
    now.now = NOW + 7000
    assert who.current(LATER) == first
    now.now += RETRY_SECONDS - 1
    assert who.current(LATER) == first
    assert source.asked == 2
    now.now += 1
    assert who.current(LATER) == first
    assert source.asked == 3
    now.now = NOW + 7200
    with pytest.raises(type(trouble)):
        who.current(LATER)


def test_new_credentials_of_another_account_end_the_wait(emulator: Emulator) -> None:
    """New credentials of another account are not used, although the old ones are still valid."""
    del emulator
    mine = Credentials(MINE.secret_id, MINE.secret_key, None, "a test", NOW + 7200)
    now = Time()
    who = account(Source(mine, OTHERS), allowing(allowed=[ACCOUNT_ID]), now)
    assert who.current(soon()) == mine
    now.now = NOW + 7000
    with pytest.raises(AccountError):
        who.current(soon())


def test_refused_credentials_are_replaced_for_every_gate() -> None:
    """The first refused gate fetches new credentials; the next gate that is refused with the old ones gets those."""
    first, second = temporary("1"), temporary("2")
    source = Source(first, second)
    who = account(source)
    assert who.current(LATER) == first
    assert [who.renew(first, LATER) for _ in range(3)] == [second] * 3
    assert who.current(LATER) == second
    assert source.asked == 2


def test_refused_credentials_without_newer_ones_are_not_replaced() -> None:
    """The environment can't change while a process runs."""
    first = temporary("1")
    who = account(Source(first))
    who.current(LATER)
    assert who.renew(first, LATER) is None


def test_refused_credentials_are_replaced_with_an_empty_cache() -> None:
    """The result doesn't depend on the order of calls."""
    assert account(Source(MINE)).renew(temporary("1"), LATER) == MINE


@pytest.mark.parametrize("asked_before", [True, False])
def test_the_account_of_refused_credentials_is_not_queried_again(
    emulator: Emulator, log: Callable[[], list[Any]], *, asked_before: bool
) -> None:
    """The token service would refuse them too, and its error would hide the expiry; nothing new is cached."""
    del emulator
    source = Source(MINE)
    who = account(source, allowing(allowed=[ACCOUNT_ID]))
    if asked_before:
        who.current(soon())
    asked = log()
    assert who.renew(MINE, soon()) is None
    assert log() == asked
    assert who.current(soon()) == MINE
    assert log() == [("GetCallerIdentity", ACCOUNT_ID)]
    assert source.asked == 2


def test_a_role_is_assumed_again_although_its_caller_is_the_same(emulator: Emulator) -> None:
    """The caller's credentials are unchanged and valid; only a new session counts as new."""
    del emulator
    asked = provider_config.read(
        {"tencentcloud:assumeRole": json.dumps({"roleArn": make_role_arn(OTHER_ACCOUNT_ID), "sessionName": "deploy"})},
        {},
    )
    newer = account(Source(MINE), asked, time.time).renew(MINE, soon())
    assert newer is not None
    assert newer.token


def test_a_cancelled_update_ends_the_wait_for_another_gates_search() -> None:
    """A gate that waits for another gate's search ends when the update is cancelled."""
    searching, go_on, cancelled = threading.Event(), threading.Event(), threading.Event()
    cancelled.set()

    def search(_: float) -> Credentials:
        searching.set()
        go_on.wait(5)
        return MINE

    who = Account(search, ASKED, SystemClock(cancelled))
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(who.current, LATER)
        searching.wait(5)
        with pytest.raises(WaitCancelledError):
            who.current(LATER)
        go_on.set()
        assert other.result() == MINE


def test_a_gate_uses_the_result_of_another_gates_search() -> None:
    """It waits for that search, and doesn't search itself."""
    searching, go_on = threading.Event(), threading.Event()
    source = Source(MINE)

    def search(_: float) -> Credentials:
        searching.set()
        go_on.wait(5)
        return source()

    class FreeingClock(FakeClock):
        def check_cancelled(self) -> None:
            go_on.set()

    who = Account(search, ASKED, FreeingClock())
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(who.current, LATER)
        searching.wait(5)
        assert who.current(LATER) == other.result() == MINE
    assert source.asked == 1


def test_a_gate_at_its_deadline_does_not_wait_for_another_gates_search() -> None:
    """A slow search of one gate delays no other gate beyond its deadline."""
    searching, go_on = threading.Event(), threading.Event()

    def search(_: float) -> Credentials:
        searching.set()
        go_on.wait(5)
        return MINE

    who = account(search)
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(who.current, LATER)
        searching.wait(5)
        with pytest.raises(TransientError, match=r"^The credentials did not arrive in time: another gate still"):
            who.current(time.monotonic())
        go_on.set()
        assert other.result() == MINE


def test_a_process_has_one_account_for_each_configuration_and_environment(tmp_path: Path) -> None:
    """The gates of one stack share it; another configuration, environment or home has another."""
    environ = {"TENCENTCLOUD_SECRET_ID": "i", "TENCENTCLOUD_SECRET_KEY": "k"}
    config = {"tencentcloud:secretId": "i", "tencentcloud:secretKey": "k"}
    same = shared_account(ASKED, config, environ, tmp_path, LATER, clock=UNCANCELLED)
    assert shared_account(ASKED, dict(config), {**environ, "LANG": "C"}, tmp_path, LATER, clock=UNCANCELLED) is same
    for another in (
        shared_account(allowing(allowed=["1"]), config, environ, tmp_path, LATER, clock=UNCANCELLED),
        shared_account(ASKED, {**config, "tencentcloud:secretId": "j"}, environ, tmp_path, LATER, clock=UNCANCELLED),
        shared_account(ASKED, config, {**environ, "TKE_REGION": "r"}, tmp_path, LATER, clock=UNCANCELLED),
        shared_account(ASKED, config, environ, tmp_path / "other", LATER, clock=UNCANCELLED),
    ):
        assert another is not same


FILES = {
    ".tencentcloud/credentials": "[default]\nsecret_id = {}\nsecret_key = k\n",
    ".tccli/default.credential": '{{"secretId": "{}", "secretKey": "k"}}',
}


@pytest.mark.parametrize("name", FILES)
def test_the_next_gate_reads_a_file_that_was_rewritten(tmp_path: Path, name: str) -> None:
    """A long-running process, such as one with the Automation API, uses the file's new credentials."""
    path = tmp_path / name
    path.parent.mkdir()

    def current() -> str:
        return shared_account(ASKED, {}, {}, tmp_path, LATER, clock=UNCANCELLED).current(LATER).secret_id

    for secret_id in ("a", "b", "b", "a"):
        path.write_text(FILES[name].format(secret_id), encoding="utf-8")
        assert current() == secret_id
    assert len(account_module._accounts) == 2
    path.unlink()
    with pytest.raises(CredentialsError):
        current()
    path.mkdir()
    with raises_error(CredentialsError, r"can't be read \(it is not a regular file\)"):
        current()


def test_a_search_has_its_gates_deadline() -> None:
    """The first search and each later one have the deadline of the gate that begins them."""
    given: list[float] = []

    def search(deadline: float) -> Credentials:
        given.append(deadline)
        return temporary(str(len(given)))

    who = account(search)
    assert who.renew(who.current(7.0), 8.0) is not None
    assert given == [7.0, 8.0]


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_hangs_ends_the_search_at_the_deadline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The gate's first search and a later one end in time, and the error names the file."""
    monkeypatch.setattr(exchange, "MIN_EXCHANGE_SECONDS", 0.05)
    path = tmp_path / name
    path.parent.mkdir()
    path.write_text(FILES[name].format("a"), encoding="utf-8")
    who = shared_account(ASKED, {}, {}, tmp_path, LATER, clock=UNCANCELLED)
    with block_os_call("fstat"):
        for search in (who.current, lambda now: shared_account(ASKED, {}, {}, tmp_path, now, clock=UNCANCELLED)):
            with pytest.raises(CredentialsError) as refused:
                search(time.monotonic())
            assert headline(refused.value).startswith(
                f"{path} can't be read (the file system gave nothing within 0.05 s)."
            )


def test_a_cancelled_update_ends_the_search_in_a_file_that_hangs(tmp_path: Path) -> None:
    """A gate that begins while the update is cancelled doesn't wait for a file."""
    cancelled = threading.Event()
    cancelled.set()
    with block_os_call("open"), pytest.raises(WaitCancelledError):
        shared_account(ASKED, {}, {}, tmp_path, LATER, clock=SystemClock(cancelled))


def test_only_necessary_files_are_read(tmp_path: Path) -> None:
    """A pair in the configuration or the environment precedes the files, so a file that hangs has no effect."""
    config = {"tencentcloud:secretId": "i", "tencentcloud:secretKey": "k"}
    environ = {"TENCENTCLOUD_SECRET_ID": "i", "TENCENTCLOUD_SECRET_KEY": "k"}
    with block_os_call("open") as blocked:
        assert shared_account(ASKED, config, {}, tmp_path, LATER, clock=UNCANCELLED).current(LATER).secret_id == "i"
        assert shared_account(ASKED, {}, environ, tmp_path, LATER, clock=UNCANCELLED).current(LATER).secret_id == "i"
    assert blocked == []


@pytest.mark.parametrize("named", ["key", "variable"])
def test_an_instance_is_queried_for_the_named_role(emulator: Emulator, tmp_path: Path, named: str) -> None:
    """The role's temporary credentials come from the metadata, and belong to the instance's account."""
    del emulator
    config = {"tencentcloud:camRoleName": "emulated"} if named == "key" else {}
    environ = {} if named == "key" else {"TENCENTCLOUD_CAM_ROLE_NAME": "emulated"}
    who = shared_account(provider_config.read(config, environ), config, environ, tmp_path, LATER, clock=UNCANCELLED)
    found = who.current(soon())
    assert str(found.source) == "the CVM role emulated"
    assert found.expires_at is not None
    assert service().account_of(found, soon()) == ACCOUNT_ID
    newer = who.renew(found, soon())
    assert newer is not None
    assert newer.secret_id != found.secret_id


def test_a_role_that_the_instance_lacks_is_an_error(emulator: Emulator, tmp_path: Path) -> None:
    """The pair in the environment is not used instead."""
    del emulator
    config = {"tencentcloud:camRoleName": "another"}
    environ = {"TENCENTCLOUD_SECRET_ID": "i", "TENCENTCLOUD_SECRET_KEY": "k"}
    who = shared_account(provider_config.read(config, environ), config, environ, tmp_path, LATER, clock=UNCANCELLED)
    with raises_error(CredentialsError, r"^No credentials came from the CVM role another, which"):
        who.current(soon())


def test_a_pod_uses_the_role_of_its_identity(emulator: Emulator, tmp_path: Path) -> None:
    """The token service exchanges the pod's identity for the role that its environment names."""
    del emulator
    (tmp_path / "identity").write_text("an identity", encoding="utf-8")
    environ = {
        "TKE_REGION": "ap-guangzhou",
        "TKE_PROVIDER_ID": "a-provider",
        "TKE_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "identity"),
        "TKE_ROLE_ARN": make_role_arn(OTHER_ACCOUNT_ID),
    }
    found = shared_account(ASKED, {}, environ, tmp_path, LATER, clock=UNCANCELLED).current(soon())
    assert str(found.source) == "the TKE pod's identity"
    assert service().account_of(found, soon()) == OTHER_ACCOUNT_ID


def test_the_metadata_have_the_sdks_address() -> None:
    """The address is a constant: neither the configuration nor the environment changes it."""
    assert metadata.METADATA_URL == ("http://metadata.tencentyun.com/latest/meta-data/cam/security-credentials/")
