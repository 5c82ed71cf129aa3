"""No response passes without proving it: generated, damaged and truncated ones, from bytes to verdict."""

import copy
import json
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from harness.fake_clock import FakeClock
from harness.oracle import proves_a_pass
from harness.responses import MIGRATION, as_body, decode, decode_page, load_responses, make_progress
from harness.stub_api import StubApi, wait_for
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pulumi_tcsql_check.errors import ApiError, FlagFailedError, TcsqlCheckError, TransientError
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.model.migration_list import MigrationPage
from pulumi_tcsql_check.model.progress import Progress, judge
from pulumi_tcsql_check.polling import flag_list
from pulumi_tcsql_check.polling.policy import PollPolicy
from pulumi_tcsql_check.polling.watch import Watch

GENERATED_ANSWERS = 3_000
WAITS = 500

PUBLISHED: dict[str, Any] = load_responses("states")["published_example"]["answer"]
OTHER_TYPES: tuple[Any, ...] = (None, True, False, "0", "", 0.5, 8.0, [], [0], {}, {"Status": 0})

Path = tuple[str | int, ...]


def opens(body: bytes, failed_statuses: tuple[int, ...] = ()) -> bool:
    """Return whether the package lets this response open a gate; it may raise only its own errors."""
    try:
        progress = decode(body)
    except ApiError:
        return False
    verdict = judge(progress, failed_statuses)
    assert (judge(progress, failed_statuses, progress) == "passed") == (verdict == "passed")
    return verdict == "passed"


def paths(node: object, path: Path = ()) -> Iterator[Path]:
    """List the paths to all nodes below one."""
    children: list[tuple[str | int, object]] = []
    if isinstance(node, dict):
        children = list(node.items())
    elif isinstance(node, list):
        children = list(enumerate(node))
    for key, child in children:
        yield (*path, key)
        yield from paths(child, (*path, key))


def parent_of(path: Path, document: Any) -> Any:  # noqa: ANN401  # a list or an object
    """Return the parent of a path's last node."""
    for key in path[:-1]:
        document = document[key]
    return document


def at(path: Path) -> Any:  # noqa: ANN401  # any JSON
    """Return one node of the published response in its envelope."""
    return parent_of(path, {"Response": PUBLISHED})[path[-1]]


def changed(path: Path, value: object) -> bytes:
    """Write the published response with one node changed."""
    document = copy.deepcopy({"Response": PUBLISHED})
    parent_of(path, document)[path[-1]] = value
    return json.dumps(document).encode()


def deleted(path: Path) -> bytes:
    """Write the published response without one node."""
    document = copy.deepcopy({"Response": PUBLISHED})
    del parent_of(path, document)[path[-1]]
    return json.dumps(document).encode()


NODES = list(paths({"Response": PUBLISHED}))
NUMBERS = [path for path in NODES if type(at(path)) is int]

CODES = (*[0] * 20, -2, 1, -1, 2**63, -(2**70))
COUNTS = (0, 1, 2, 3, 4, 5, -1, 2**63, -(2**70))
ODDITIES = (*OTHER_TYPES, {"Code": "InternalError", "Message": "x"}, {"Code": 1})
TEXTS = ("", "Disk", "检查", "\x1b[0m", "\U0001f600")


def answer_from(choices: bytes) -> dict[str, Any]:
    """Make a response that is usually close to a pass: right or wrong counts, codes, types and fields.

    Each decision takes one byte, since drawing them one by one would take most of the time.
    """
    rest = iter(choices)

    def choose(options: Sequence[Any]) -> Any:  # noqa: ANN401  # any JSON
        return options[next(rest) % len(options)]

    total = choose(range(5))
    codes = [choose(CODES) for _ in range(total + choose((0, 0, 0, 0, -1, 1)))]
    answer: dict[str, Any] = {
        "RequestId": choose(TEXTS),
        "TotalStep": choose((total, total, total, choose(COUNTS))),
        "CurrentStep": choose((total, total + 1, total - 1, choose(COUNTS))),
        "StepDetails": [{"Name": choose(TEXTS), "Status": code, "Msg": choose(TEXTS)} for code in codes],
    }
    if choose((False, True, False)):
        target = choose([answer, *answer["StepDetails"]])
        key = choose([*target, "Error", "More"])
        target[key] = choose(ODDITIES)
        if choose((False, True)):
            del target[key]
    return answer


@settings(max_examples=GENERATED_ANSWERS, deadline=None, database=None)
@given(st.binary(min_size=32, max_size=32), st.sampled_from([(), (-1,), (1, 3)]))
def test_a_generated_response_passes_exactly_if_it_proves_a_pass(choices: bytes, taught: tuple[int, ...]) -> None:
    """Package and oracle agree on each, for any `failed_statuses`, and only the package's errors are raised."""
    body = as_body(answer_from(choices))
    assert opens(body, taught) == proves_a_pass(body)


def test_the_published_response_passes() -> None:
    """The response that the tests below damage does open a gate."""
    body = as_body(PUBLISHED)
    assert proves_a_pass(body)
    assert opens(body)


@pytest.mark.parametrize("path", NODES, ids=str)
def test_no_node_can_be_missing_or_of_another_type(path: Path) -> None:
    """If one node is missing, null or of another type, the published response doesn't pass."""
    assert not opens(deleted(path))
    for value in OTHER_TYPES:
        if type(value) is not type(at(path)):
            assert not opens(changed(path, value)), value


@pytest.mark.parametrize("path", NUMBERS, ids=str)
def test_a_pass_depends_on_every_number(path: Path) -> None:
    """With one number negated, changed by one, or huge, the published response passes only if the oracle agrees."""
    number = at(path)
    for other in (-number, ~number, number + 1, number - 1, number + 2**32, number + 2**64, -(2**63), 10**400):
        body = changed(path, other)
        assert opens(body) == proves_a_pass(body), other
        assert not opens(body) or other == 0


@pytest.mark.parametrize("literal", ["0.0", "-0.0", "0e0", "1e-9", "00", "+0", "0x0", "NaN", "false", '"0"', "0,1"])
def test_only_a_whole_zero_passes(literal: str) -> None:
    """A status that is only equal to zero, or that isn't JSON, doesn't pass."""
    body = as_body(PUBLISHED).replace(b'"Status": 0', f'"Status": {literal}'.encode(), 1)
    assert literal.encode() in body
    assert not opens(body)


def test_a_truncated_response_never_passes() -> None:
    """The published response is refused if it ends early, at any byte."""
    body = as_body(PUBLISHED)
    assert not any(opens(body[:length]) for length in range(len(body)))


@pytest.mark.parametrize("bit", range(8))
def test_a_flipped_bit_never_makes_a_pass(bit: int) -> None:
    """With one bit flipped anywhere, the response passes only if its raw JSON still proves a pass."""
    for body in (as_body(PUBLISHED), changed(("Response", "StepDetails", 3, "Status"), 1)):
        for place in range(len(body)):
            damaged = bytearray(body)
            damaged[place] ^= 1 << bit
            assert not opens(bytes(damaged)) or proves_a_pass(bytes(damaged)), (place, bytes(damaged))


@pytest.mark.parametrize("path", NUMBERS, ids=str)
def test_a_number_outside_64_bits_is_refused(path: Path) -> None:
    """The API's integers have 64 bits; a larger one could neither be stored nor shown."""
    for number in (2**63, -(2**63) - 1, 10**400):
        with pytest.raises(TransientError, match="not the documented one"):
            decode(changed(path, number))


@pytest.mark.parametrize("name", ["TotalStep", "CurrentStep"])
def test_a_negative_count_is_refused(name: str) -> None:
    """A count is 0 or more; a check that hasn't begun may be at step 0."""
    decode(changed(("Response", name), 0))
    with pytest.raises(TransientError, match="not the documented one"):
        decode(changed(("Response", name), -1))


@pytest.mark.parametrize("path", NUMBERS, ids=str)
def test_the_largest_64_bit_numbers_are_accepted(path: Path) -> None:
    """The bounds themselves are valid, and a count is 0 or more."""
    decode(changed(path, 2**63 - 1))
    if path[-1] == "Status":
        decode(changed(path, -(2**63)))


def test_a_body_that_is_not_utf_8_is_refused() -> None:
    """Half a surrogate pair as bytes makes the whole body invalid JSON, even in an unused field."""
    body = as_body({**PUBLISHED, "More": "~"}).replace(b"~", b"\xed\xa0\x80")
    with pytest.raises(TransientError, match="not the documented one"):
        decode(body)


def test_an_error_beside_a_pass_refuses_it() -> None:
    """Passed steps don't open a gate if the response also has an error, of any shape."""
    shapes: tuple[Any, ...] = (
        None,
        {},
        [],
        "",
        0,
        {"Code": "InternalError", "Message": ""},
        {"Code": None, "Message": None},
    )
    for error in shapes:
        assert not opens(as_body({**PUBLISHED, "Error": error})), error


OBJECTS: tuple[Path, ...] = (
    *((), ("Response",), *(("Response", "StepDetails", number) for number in range(8))),
    *(("Response", "More"), ("Response", "StepDetails", 7, "More", 1)),
)
"""The paths to all objects of the published response, and to some in unused fields."""


@pytest.mark.parametrize("path", OBJECTS, ids=str)
@pytest.mark.parametrize(
    "name", ["Error", "error", "ERROR", "eRRoR", "Errors", "errorMessage", "Code", "code", "CODE", "codeDesc"]
)
def test_an_error_at_any_depth_of_the_body_refuses_a_pass(path: Path, name: str) -> None:
    """A complete pass opens no gate if any object in its body describes an error, in any spelling."""
    document = copy.deepcopy({"Response": PUBLISHED})
    document["Response"]["More"] = {}
    document["Response"]["StepDetails"][7]["More"] = [{}, {}]
    assert opens(json.dumps(document).encode())
    for value in (None, "", 0, {}, 4100, "AuthFailure", {"Code": "InternalError", "Message": ""}):
        parent_of((*path, name), document)[name] = value
        body = json.dumps(document).encode()
        assert not proves_a_pass(body)
        assert not opens(body), value
        assert not opens(body.replace(b'"%c' % ord(name[0]), b'"\\u00%02x' % ord(name[0]))), value


@pytest.mark.parametrize("name", ["More", "response", "", "Data"])
def test_a_field_beside_the_response_refuses_a_pass(name: str) -> None:
    """A complete pass opens no gate if its body has any other field at the top level."""
    for value in (None, {}, PUBLISHED):
        for document in ({name: value, "Response": PUBLISHED}, {"Response": PUBLISHED, name: value}):
            body = json.dumps(document).encode()
            assert not proves_a_pass(body)
            assert not opens(body)


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b" ", b"null", b"0", b'"passed"', b"[]", b"{}", b"<html>", b"\xff\xfe", b"\x00" * 9),
        *(b'{"Response":null}', b'{"Response":[]}', b'{"Response":{}}', b'{"response":{}}', b"[" * 99_999),
        json.dumps(PUBLISHED).encode(),
        as_body(PUBLISHED) * 2,
        as_body([PUBLISHED]),
        as_body({"Response": PUBLISHED}),
        as_body(PUBLISHED).decode().encode("utf-16"),
        b"\xef\xbb\xbf" + as_body(PUBLISHED),
        b"callback(" + as_body(PUBLISHED) + b")",
    ],
    ids=lambda body: repr(body[:24]),
)
def test_an_invalid_response_never_passes(body: bytes) -> None:
    """Another envelope, another encoding, or invalid JSON raises one of the package's errors."""
    assert not opens(body)


def test_unknown_fields_change_nothing() -> None:
    """The API may add fields: a pass remains a pass with any field whose name doesn't begin as an error's does."""
    for name in ("More", "Decode", "LastError", "Terror"):
        for value in (*OTHER_TYPES, PUBLISHED, {name: 1}):
            assert opens(as_body({**PUBLISHED, name: value}))


JSON = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.sampled_from([0, 1, 2, 2, 2, 3, 1066]), st.integers(), st.floats(), st.text()
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)),
    max_leaves=4,
)
MINE = st.fixed_dictionaries(
    {"MigrateId": st.just(1066), "CheckFlag": st.one_of(st.sampled_from([1, 1, 2, 2, 2, 0, 3]), JSON)}
)
BESIDE = st.fixed_dictionaries({}, optional={"StepDetails": JSON, "Error": JSON, "Status": JSON})
ANYBODYS = st.one_of(MINE, st.fixed_dictionaries({}, optional={"MigrateId": JSON, "CheckFlag": JSON, "Status": JSON}))
PAGES = st.one_of(
    st.builds(
        lambda tasks, more: as_body({"RequestId": "r-1", "MigrateTaskSet": tasks, **more}),
        st.lists(st.one_of(MINE, ANYBODYS), max_size=3),
        st.one_of(
            st.just({}), st.fixed_dictionaries({}, optional={"StepDetails": JSON, "Error": JSON, "Status": JSON})
        ),
    ),
    st.builds(as_body, JSON),
    st.sampled_from(
        [as_body(PUBLISHED), b"", as_body({"RequestId": "r-1", "MigrateTaskSet": [{"MigrateId": 1066}] * 2})]
    ),
)
STEPS = st.sampled_from(
    [
        *[make_progress(2, 0, 7, -2)] * 4,
        make_progress(3, 0, 0, 7),
        make_progress(3, 0, 7, 1),
        make_progress(1, -2, -2, -2),
        make_progress(3, 0, 0, 0),
    ]
)


def end_of(steps: Sequence[Progress], pages: Sequence[bytes] | None) -> Progress | TcsqlCheckError:
    """Let a gate wait for these responses about the steps, with these pages of the list; the last of each repeats."""
    clock, polls, lists, warnings = FakeClock(), iter(steps), iter(pages or ()), list[Sentence]()

    def page(*_: object) -> MigrationPage:
        return decode_page(next(lists, (pages or (b"",))[-1]))

    watch = Watch(MIGRATION, PollPolicy(60, 5), clock.monotonic())
    api = StubApi(lambda _: next(polls, steps[-1]), page=page)
    warn = warnings.append if pages else None
    try:
        return wait_for(watch, api, clock=clock, on_progress=lambda _: None, warn=warn).progress
    except TcsqlCheckError as error:
        return error


@settings(max_examples=WAITS, deadline=None, database=None)
@given(st.lists(STEPS, min_size=1, max_size=8), st.lists(PAGES, min_size=1, max_size=4))
def test_a_list_of_migrations_never_opens_a_gate(steps: list[Progress], pages: list[bytes]) -> None:
    """With the list, a wait ends as without it, or as failed after two failed flags."""
    without, with_it = end_of(steps, None), end_of(steps, pages)
    if isinstance(with_it, FlagFailedError):
        assert sum(b'"CheckFlag": 2' in page for page in [*pages, pages[-1]]) >= 2
        assert not with_it.progress.passed
    elif isinstance(with_it, Progress):
        assert with_it is without
        assert with_it.passed
    else:
        assert type(with_it) is type(without)


@settings(
    max_examples=WAITS,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(STEPS, min_size=1, max_size=8), st.lists(PAGES, min_size=1, max_size=4))
def test_a_hint_never_opens_a_gate(monkeypatch: pytest.MonkeyPatch, steps: list[Progress], pages: list[bytes]) -> None:
    """In a wait that takes hints, as one for many does, only steps that have all passed end it as passed."""
    monkeypatch.setattr(flag_list, "MANY", 1)
    end = end_of(steps, pages)
    assert isinstance(end, TcsqlCheckError) or end.passed
    if not any(one.passed for one in steps):
        assert isinstance(end, TcsqlCheckError)
