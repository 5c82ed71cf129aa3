"""Accounts' keys, and signatures: the SDK's are accepted, others are refused with the API's own code."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from pulumi_tcsql_check.emulator import DUMMY_SECRET_ID, DUMMY_SECRET_KEY, Keys
from pulumi_tcsql_check.emulator.accounts import verify
from pulumi_tcsql_check.emulator.wire import RefusalError, Request

NOW = 1_700_000_000
_SCOPED_ID = f"{DUMMY_SECRET_ID}/2023-11-14/sqlserver"
SignedRequest = Callable[..., Request]


def _verify(request: Request, keys: Keys | None = None) -> None:
    keys = keys or Keys()
    assert verify(request, {keys.secret_id: keys}, NOW) is keys


def _refusal(request: Request, keys: Keys | None = None) -> str:
    with pytest.raises(RefusalError) as caught:
        _verify(request, keys)
    return caught.value.code


def test_a_signature_made_by_the_sdk_is_accepted(signed: SignedRequest) -> None:
    """A request signed with the SDK's own function and the right key passes."""
    _verify(signed())


def test_the_payload_may_be_unsigned(signed: SignedRequest) -> None:
    """With UNSIGNED-PAYLOAD, which the SDK can send, the body isn't part of the signature."""
    request = signed(headers={"x-tc-content-sha256": "UNSIGNED-PAYLOAD"})

    _verify(replace(request, body=b"another"))


def test_other_keys_replace_the_dummies(signed: SignedRequest) -> None:
    """The emulator's keys replace the public dummies."""
    keys = Keys("AKIDother", "another-key")

    _verify(signed(secret_id="AKIDother", secret_key="another-key"), keys)
    assert _refusal(signed(), keys) == "AuthFailure.SecretIdNotFound"


@pytest.mark.parametrize("field", ["host", "content-type"])
def test_a_changed_header_breaks_the_signature(signed: SignedRequest, field: str) -> None:
    """Host and content type are signed."""
    request = signed()

    changed = replace(request, headers={**request.headers, field: "another"})

    assert _refusal(changed) == "AuthFailure.SignatureFailure"


@pytest.mark.parametrize("change", [{"body": b"{}"}, {"method": "PUT"}, {"target": "/other"}, {"target": "/?a=b"}])
def test_a_changed_request_breaks_the_signature(signed: SignedRequest, change: dict[str, object]) -> None:
    """Body, method, path and query are signed."""
    assert _refusal(replace(signed(), **change)) == "AuthFailure.SignatureFailure"  # type: ignore[arg-type] # one field each


def test_a_wrong_key_is_refused(signed: SignedRequest) -> None:
    """The right id with another key is a signature failure."""
    assert _refusal(signed(secret_key="wrong")) == "AuthFailure.SignatureFailure"


def test_an_unknown_id_is_not_found(signed: SignedRequest) -> None:
    """An id that isn't the emulator's isn't found."""
    assert _refusal(signed(secret_id="AKIDnobody")) == "AuthFailure.SecretIdNotFound"


def test_another_service_is_refused(signed: SignedRequest) -> None:
    """The scope must name sqlserver, even if the signature fits the scope."""
    assert _refusal(signed(service="cvm")) == "AuthFailure.SignatureFailure"


@pytest.mark.parametrize(
    ("host", "service", "signed_host"),
    [
        ("127.0.0.1:8918", "127", "127.0.0.1"),
        ("127.0.0.1", "127", "127.0.0.1"),
        ("localhost:8918", "localhost:8918", "localhost"),
        ("[::1]:8918", "[::1]:8918", "[::1]"),
        ("localhost", "localhost:80", "localhost"),
        ("[::1]", "[::1]:80", "[::1]"),
        ("localhost:8918", "LOCALHOST:8918", "localhost"),
    ],
)
def test_the_scope_and_host_of_the_sdk_for_node_are_accepted_on_this_machine(
    signed: SignedRequest, host: str, service: str, signed_host: str
) -> None:
    """The service in the scope may be the endpoint up to its first dot, and the signed host may lack the port.

    The SDK takes the service from the endpoint as given. Its header Host is in lower case, without a default port.
    """
    request = signed(headers={"host": signed_host}, service=service)
    _verify(replace(request, headers={**request.headers, "host": host}))


@pytest.mark.parametrize("service", ["cvm", "128", "localhost", ":8918"])
def test_a_service_that_is_not_the_loopback_host_is_refused(signed: SignedRequest, service: str) -> None:
    """On a loopback host, the scope must name sqlserver or that host."""
    assert _refusal(signed(service=service)) == "AuthFailure.SignatureFailure"


@pytest.mark.parametrize("host", ["cvm.example.com", "127.0.0.1.example.com:8918", "localhost.example.com", "[cvm.1]"])
def test_another_host_up_to_its_first_dot_is_no_service(signed: SignedRequest, host: str) -> None:
    """On another host, only the documented name of the service is accepted."""
    assert _refusal(signed(headers={"host": host}, service=host.split(".", 1)[0])) == "AuthFailure.SignatureFailure"


def test_a_scope_of_another_date_is_refused(signed: SignedRequest) -> None:
    """The scope's date must be the timestamp's in UTC, even if the signature fits the scope."""
    assert _refusal(signed(date="2020-01-01")) == "AuthFailure.SignatureFailure"


@pytest.mark.parametrize("skew", [-301, 301])
def test_a_timestamp_off_by_more_than_300_seconds_is_refused(signed: SignedRequest, skew: int) -> None:
    """Early and late timestamps are refused alike."""
    assert _refusal(signed(timestamp=NOW + skew)) == "AuthFailure.SignatureExpire"


@pytest.mark.parametrize("skew", [-300, 300])
def test_a_timestamp_off_by_300_seconds_is_accepted(signed: SignedRequest, skew: int) -> None:
    """A skew at the limit is accepted."""
    _verify(signed(timestamp=NOW + skew))


@pytest.mark.parametrize("text", ["soon", "-1", "1.5", "٣", "9" * 5000])
def test_an_invalid_timestamp_is_refused(signed: SignedRequest, text: str) -> None:
    """Anything but a plain count of seconds is an invalid parameter."""
    assert _refusal(signed(headers={"x-tc-timestamp": text})) == "InvalidParameter"


@pytest.mark.parametrize("header", ["authorization", "x-tc-timestamp"])
@pytest.mark.parametrize("value", [None, ""])
def test_a_missing_header_is_named(signed: SignedRequest, header: str, value: str | None) -> None:
    """Without the signature or its timestamp, a parameter is missing."""
    assert _refusal(signed(headers={header: value})) == "MissingParameter"


@pytest.mark.parametrize(
    "authorization",
    [
        "SKIP",
        "Bearer x",
        f"TC3-HMAC-SHA256 Credential={_SCOPED_ID}/tc3_request, Signature={'0' * 64}",
        f"TC3-HMAC-SHA256 Credential={_SCOPED_ID}/other, SignedHeaders=content-type;host, Signature={'0' * 64}",
        f"TC3-HMAC-SHA256 Credential={_SCOPED_ID}/tc3_request, SignedHeaders=content-type;host, Signature=abc",
    ],
)
def test_an_invalid_authorization_is_refused(signed: SignedRequest, authorization: str) -> None:
    """Another algorithm, a missing part and a signature of another length are invalid."""
    assert _refusal(signed(headers={"authorization": authorization})) == "AuthFailure.InvalidAuthorization"


@pytest.mark.parametrize("headers", ["host", "content-type", "x-tc-action"])
def test_host_and_content_type_must_be_signed(signed: SignedRequest, headers: str) -> None:
    """A signature over fewer headers is refused."""
    authorization = (
        f"TC3-HMAC-SHA256 Credential={_SCOPED_ID}/tc3_request, SignedHeaders={headers}, Signature={'0' * 64}"
    )

    assert _refusal(signed(headers={"authorization": authorization})) == "AuthFailure.SignatureFailure"


def test_a_token_is_required_if_the_emulator_has_one(signed: SignedRequest) -> None:
    """With a token, a request must carry the same one."""
    keys = Keys(token="session")

    _verify(signed(headers={"x-tc-token": "session"}), keys)
    assert _refusal(signed(), keys) == "AuthFailure.TokenFailure"
    assert _refusal(signed(headers={"x-tc-token": "other"}), keys) == "AuthFailure.TokenFailure"


def test_a_token_is_ignored_if_the_emulator_has_none(signed: SignedRequest) -> None:
    """Without a token of its own, the emulator accepts any."""
    _verify(signed(headers={"x-tc-token": "session"}))


def test_keys_come_from_the_environment() -> None:
    """The three variables give the keys; without them, these are the public dummies with no token."""
    environment = {
        "TCSQL_EMULATOR_SECRET_ID": "AKIDother",
        "TCSQL_EMULATOR_SECRET_KEY": "another-key",
        "TCSQL_EMULATOR_TOKEN": "session",
    }

    assert Keys.from_environment(environment) == Keys("AKIDother", "another-key", "session")
    assert Keys.from_environment({}) == Keys(DUMMY_SECRET_ID, DUMMY_SECRET_KEY, None)
    assert Keys.from_environment(dict.fromkeys(environment, "")) == Keys()


def test_keys_do_not_show_when_printed() -> None:
    """The `repr` of keys contains neither the key nor the token."""
    shown = repr(Keys("AKIDother", "another-key", "session"))

    assert "another-key" not in shown
    assert "session" not in shown
