"""Validation of every input: valid values, invalid values, and the error's text."""

from collections.abc import Callable
from typing import Any

import pytest

from pulumi_tcsql_check.config import validation
from pulumi_tcsql_check.config.check_inputs import CheckInputs
from pulumi_tcsql_check.errors import InvalidInputError
from pulumi_tcsql_check.model.endpoint import Endpoint
from pulumi_tcsql_check.model.flow import Flow
from pulumi_tcsql_check.model.progress import Migration
from pulumi_tcsql_check.model.regions import REGIONS

NAN, INF = float("nan"), float("inf")

BAD: dict[str, tuple[str, list[Any]]] = {
    "migrate_id": (
        "a whole number from 1 to 9007199254740991",
        [
            0,
            -1,
            1.5,
            "x",
            "",
            "01",
            " 7",
            "7 ",
            "7\n",
            "+7",
            "-7",
            "7.0",
            "1_0",
            "\uff17",
            "\u0667",
            "1" * 17,
            True,
            False,
            None,
            [7],
            b"7",
            NAN,
            INF,
            -INF,
            2**53,
            float(2**53),
            str(2**53),
            10**400,
        ],
    ),
    "flow_id": (
        "a whole number from 1 to 9007199254740991",
        [0, -1, 1.5, "1001", "", True, False, None, [7], b"7", NAN, INF, -INF, 2**53, float(2**53), 10**400],
    ),
    "region": (
        'the name of a region, such as "ap-guangzhou"',
        [
            " ",
            "a b",
            "ap-guangzhou\n",
            "ap_guangzhou",
            "ap/guangzhou",
            "ap.guangzhou",
            "广州",
            5,
            None,
            True,
            ["ap-guangzhou"],
            b"ap-guangzhou",
        ],
    ),
    "timeout_seconds": (
        "a finite number of seconds greater than 0",
        [0, -1, 0.0, -0.001, NAN, INF, -INF, True, False, "5", None, [5]],
    ),
    "poll_interval_seconds": (
        "a number of seconds from 0.1 to 300",
        [0.09, 0, -1, 301, 300.001, NAN, INF, -INF, True, "2", None, [2]],
    ),
    "enforce": ("a boolean", [0, 1, "false", "true", "", None, 0.0, []]),
    "failed_statuses": (
        "a list of whole numbers without 0 (passed) and -2 (not started)",
        [
            5,
            [0],
            [-2],
            [1, 0],
            [-2.0],
            [0.0],
            [-0.0],
            ["1"],
            [1.5],
            [True],
            [False],
            [None],
            [[1]],
            [NAN],
            [INF],
            "1",
            None,
            {1},
            {1: 1},
            True,
        ],
    ),
    "endpoint": (
        "a bare host or https://host[:port], or http://host[:port] where the host is a loopback address",
        [
            "",
            " ",
            "https://",
            "https:///",
            "a.example/path",
            "https://a.example/path",
            "https://a.example/",
            "https://a.example?x=1",
            "https://a.example#x",
            "a.example?x",
            "a.example:443",
            "127.0.0.1:8918",
            "https://a.example:",
            "https://a.example:x",
            "https://a.example:65536",
            "https://a.example:-1",
            "https://a.example:0443",
            "https://a.example:0",
            "https://a.example?",
            "https://evil.example\\.tencentcloudapi.com",
            "evil.example\\.tencentcloudapi.com",
            "a.example%2f.tencentcloudapi.com",
            "..tencentcloudapi.com",
            "a..example",
            "-a.example",
            "*",
            "http://[::1%lo]",
            "http://a.example",
            "http://10.0.0.1",
            "http://127.0.0.1.a.example",
            "http://localhost.a.example",
            "http://[::2]",
            "http://0.0.0.0",
            "ftp://a.example",
            "ftp://127.0.0.1",
            "://a.example",
            "//a.example",
            "a.example b",
            " a.example",
            "a.example\n",
            "a.exa\tmple",
            "https://[::1",
            "https://a.example\x00",
            "例.cn",
            5,
            None,
            True,
            ["a.example"],
            b"a.example",
        ],
    ),
}
CASES = [(name, value, allowed) for name, (allowed, values) in BAD.items() for value in values]


@pytest.mark.parametrize(("name", "value", "allowed"), CASES, ids=[f"{name} {value!r:.40}" for name, value, _ in CASES])
def test_a_bad_value_is_refused_with_its_name_and_its_range(name: str, value: object, allowed: str) -> None:
    """One sentence names the input, its value and its valid range; the facts are attributes."""
    validate: Callable[[object], object] = getattr(validation, name)
    with pytest.raises(InvalidInputError) as refused:
        validate(value)
    assert refused.value.name == name
    assert refused.value.value is value
    sentence = str(refused.value)
    assert sentence.startswith(f"{name} is ")
    assert sentence.endswith(f", but must be {allowed}.")
    assert len(repr(value)) > 80 or not repr(value).isascii() or repr(value) in sentence
    assert sentence.isprintable()


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (1, 1),
        (1066, 1066),
        (1066.0, 1066),
        ("1066", 1066),
        ("1", 1),
        (2**53 - 1, 2**53 - 1),
        (str(2**53 - 1), 2**53 - 1),
    ],
)
def test_a_migration_is_a_positive_whole_number(value: object, number: int) -> None:
    """The text or the float of another provider is valid too."""
    found = validation.migrate_id(value)
    assert (found, type(found)) == (number, int)


@pytest.mark.parametrize(("value", "number"), [(1, 1), (1001, 1001), (1001.0, 1001), (2**53 - 1, 2**53 - 1)])
def test_a_flow_is_a_positive_whole_number(value: object, number: int) -> None:
    """A whole float from the wire is valid too."""
    found = validation.flow_id(value)
    assert (found, type(found)) == (number, int)


def test_an_error_about_a_missing_region_names_where_to_set_it() -> None:
    """The region is empty if neither the stack nor the environment sets one."""
    with pytest.raises(
        InvalidInputError, match=r"as tencentcloud:region in the stack's c.*, or as TENCENTCLOUD_REGION\."
    ):
        validation.region("")


@pytest.mark.parametrize("value", ["ap-guangzhou", "ap-shanghai-fsi", "xx-somewhere-9", *sorted(REGIONS)])
def test_a_region_need_not_be_known(value: str) -> None:
    """The API decides whether it accepts a region that is new."""
    assert validation.region(value) == value


def test_the_known_regions_are_the_published_ones() -> None:
    """The list has eighteen regions."""
    assert len(REGIONS) == 18


@pytest.mark.parametrize("value", [1, 0.001, 1800, 7200.5, 10**9, 5e-324])
def test_a_timeout_is_any_positive_number(value: float) -> None:
    """Even a tiny one is valid; it becomes a float."""
    found = validation.timeout_seconds(value)
    assert (found, type(found)) == (value, float)


@pytest.mark.parametrize("value", [0.1, 1, 2.0, 300, 300.0])
def test_an_interval_lies_between_its_bounds(value: float) -> None:
    """The bounds themselves are valid."""
    found = validation.poll_interval_seconds(value)
    assert (found, type(found)) == (value, float)


@pytest.mark.parametrize("value", [True, False])
def test_the_switch_is_a_bool(*, value: bool) -> None:
    """It is returned unchanged."""
    assert validation.enforce(value) is value


@pytest.mark.parametrize(
    ("value", "found"), [([], ()), ((), ()), ([-1], (-1,)), ([1.0, -3.0], (1, -3)), ((3, 3, 2**40), (3, 3, 2**40))]
)
def test_failed_statuses_are_any_codes_but_the_published(value: object, found: tuple[int, ...]) -> None:
    """Whole floats from the wire become ints."""
    assert validation.failed_statuses(value) == found
    assert {type(code) for code in validation.failed_statuses(value)} <= {int}


@pytest.mark.parametrize(
    ("text", "url", "is_tencent", "is_loopback"),
    [
        ("sqlserver.tencentcloudapi.com", "https://sqlserver.tencentcloudapi.com", True, False),
        ("tencentcloudapi.com", "https://tencentcloudapi.com", True, False),
        ("https://SQLServer.intl.TencentCloudAPI.com", "https://sqlserver.intl.tencentcloudapi.com", True, False),
        ("HTTPS://a.example", "https://a.example", False, False),
        ("eviltencentcloudapi.com", "https://eviltencentcloudapi.com", False, False),
        ("tencentcloudapi.com.a.example", "https://tencentcloudapi.com.a.example", False, False),
        ("https://tencentcloudapi.com:8443", "https://tencentcloudapi.com:8443", True, False),
        ("https://a.example:65535", "https://a.example:65535", False, False),
        ("localhost", "https://localhost", False, True),
        ("http://localhost", "http://localhost", False, True),
        ("http://LOCALHOST:8918", "http://localhost:8918", False, True),
        ("http://127.0.0.1", "http://127.0.0.1", False, True),
        ("http://127.0.0.1:8918", "http://127.0.0.1:8918", False, True),
        ("http://127.255.255.254:1", "http://127.255.255.254:1", False, True),
        ("http://[::1]", "http://[::1]", False, True),
        ("http://[::1]:8918", "http://[::1]:8918", False, True),
        ("[::1]", "https://[::1]", False, True),
        ("https://[2001:db8::1]:443", "https://[2001:db8::1]:443", False, False),
        ("https://10.0.0.1:8443", "https://10.0.0.1:8443", False, False),
    ],
)
def test_an_endpoint_is_a_scheme_and_a_host(text: str, url: str, *, is_tencent: bool, is_loopback: bool) -> None:
    """The host becomes lower case; the value says whether it is Tencent's, and whether it is this machine."""
    endpoint = validation.endpoint(text)
    assert str(endpoint) == url
    assert (endpoint.is_tencent, endpoint.is_loopback) == (is_tencent, is_loopback)


@pytest.mark.parametrize("value", ["https://user@a.example", "https://user:pw@a.example", "user:pw@a.example"])
def test_an_endpoint_with_a_user_is_refused_without_a_quote(value: str) -> None:
    """The endpoint may contain a password."""
    with pytest.raises(InvalidInputError) as refused:
        validation.endpoint(value)
    assert str(refused.value).startswith('endpoint is "a URL with a user\'s name in it", but must be a bare host')
    assert "pw" not in repr(vars(refused.value))


@pytest.mark.parametrize(
    ("name", "value"),
    [("timeout_seconds", 10**400), ("poll_interval_seconds", 10**400), ("migrate_id", 10**5000), ("flow_id", 10**5000)],
    ids=["timeout", "interval", "id", "flow"],
)
def test_a_huge_number_is_refused_as_any_other(name: str, value: int) -> None:
    """It breaks neither the conversion to seconds nor the error's text."""
    validate: Callable[[object], object] = getattr(validation, name)
    with pytest.raises(InvalidInputError, match=f"^{name} is "):
        validate(value)


def test_an_endpoint_without_a_host_is_neither_local_nor_tencents() -> None:
    """An empty endpoint that was made by hand counts as neither."""
    endpoint = Endpoint("https", "")
    assert (endpoint.is_tencent, endpoint.is_loopback) == (False, False)


def test_a_missing_or_null_input_gets_its_default() -> None:
    """Migration, region and `wait` are enough."""
    expected = CheckInputs(
        migrations=(Migration(1066, "ap-guangzhou"),),
        wait=False,
        timeout_seconds=1800.0,
        poll_interval_seconds=2.0,
        enforce=True,
        failed_statuses=(),
        endpoint=None,
        flows=(),
        ids_are_new=False,
    )
    given: dict[str, Any] = {"migrate_id": 1066.0, "region": "ap-guangzhou", "wait": False}
    assert CheckInputs.from_props(given) == expected
    rest = ("timeout_seconds", "poll_interval_seconds", "enforce", "failed_statuses", "endpoint", "flow_id")
    assert CheckInputs.from_props({**given, **dict.fromkeys(rest)}) == expected


def test_every_input_reaches_its_field() -> None:
    """Unknown inputs have no effect."""
    props = {
        "migrate_id": "7",
        "region": "ap-tokyo",
        "wait": True,
        "timeout_seconds": 5.0,
        "poll_interval_seconds": 1.0,
        "enforce": False,
        "failed_statuses": [-1.0],
        "endpoint": "http://[::1]:8918",
        "flow_id": 1001.0,
        "from_outputs": ["migrate_id"],
        "__provider": "...",
    }
    assert CheckInputs.from_props(props) == CheckInputs(
        migrations=(Migration(7, "ap-tokyo"),),
        wait=True,
        timeout_seconds=5.0,
        poll_interval_seconds=1.0,
        enforce=False,
        failed_statuses=(-1,),
        endpoint=Endpoint("http", "[::1]:8918"),
        flows=(Flow(1001),),
        ids_are_new=True,
    )


@pytest.mark.parametrize("value", ["migrate_id", [1], {"migrate_id": 1}, 1, True])
def test_the_inputs_from_outputs_must_be_a_list_of_names(value: object) -> None:
    """`MigrationCheck` sets this hidden input; without it the gate stays shut."""
    with pytest.raises(InvalidInputError, match=r"^from_outputs is "):
        CheckInputs.from_props({"migrate_id": 1, "region": "a", "wait": True, "from_outputs": value})


def test_an_output_without_a_flow_is_refused_on_an_up_and_unknown_in_a_preview() -> None:
    """The gate never runs as one without a flow."""
    given: dict[str, Any] = {"migrate_id": 1, "region": "a", "from_outputs": ["flow_id"], "flow_id": None}
    with pytest.raises(InvalidInputError, match=r"^flow_id is None, but must be a whole number"):
        CheckInputs.from_props({**given, "wait": True})
    assert CheckInputs.from_props({**given, "wait": False}).flows == (Flow(None),)


@pytest.mark.parametrize("value", [None, 1, "true", 1.0, [], {}])
def test_wait_must_be_a_bool(value: object) -> None:
    """Any other value of the hidden input keeps the gate shut."""
    with pytest.raises(InvalidInputError, match=r"^wait is "):
        CheckInputs.from_props({"migrate_id": 1, "region": "a", "wait": value})


def test_stored_outputs_do_not_wait() -> None:
    """A refresh passes stored outputs in place of the inputs, and they never include `wait`."""
    assert not CheckInputs.from_props({"migrate_id": 1, "region": "a", "passed": False}).wait


@pytest.mark.parametrize("name", BAD)
def test_a_bad_value_on_the_wire_is_refused(name: str) -> None:
    """Each input is validated, and missing required ones are named."""
    with pytest.raises(InvalidInputError) as refused:
        CheckInputs.from_props({"migrate_id": 1, "region": "a", "wait": True, name: object()})
    assert refused.value.name == name


@pytest.mark.parametrize("name", ["migrate_id", "region"])
def test_required_inputs_must_be_present(name: str) -> None:
    """The error names the missing migration or region."""
    props = {"migrate_id": 1, "region": "a"}
    del props[name]
    with pytest.raises(InvalidInputError, match=f"^{name} is None, but must be "):
        CheckInputs.from_props(props)


def test_an_output_without_an_endpoint_is_refused() -> None:
    """Otherwise the gate would query another endpoint than the program intends."""
    props = {"migrate_id": 1, "region": "ap-guangzhou", "wait": True, "from_outputs": ["endpoint"]}
    with pytest.raises(InvalidInputError, match=r"^endpoint is None, but must be a bare host"):
        CheckInputs.from_props(props)


@pytest.mark.parametrize("validate", [validation.migrate_ids, validation.flow_ids])
def test_the_ids_of_a_group_are_a_list_of_one_to_a_thousand(validate: Callable[[object], tuple[int, ...]]) -> None:
    """Each is validated as a single one is; a whole float from the wire is valid."""
    assert validate([3.0, 1]) == (3, 1)
    assert validate((7,)) == (7,)
    assert len(validate(list(range(1, 1001)))) == 1000
    name = validate.__name__
    for bad in ([], list(range(1, 1002)), None, 7, "7", {1: 1}, {7}, b"7"):
        with pytest.raises(InvalidInputError, match=rf"^{name} is .*, but must be a list of 1 to 1000 numbers\.$"):
            validate(bad)
    with pytest.raises(InvalidInputError, match=rf"^{name}\[1\] is True, but must be a whole number"):
        validate([1, True])
    with pytest.raises(InvalidInputError, match=r"must be a list without repetitions: 2 is in it 3 times\.$"):
        validate([2, 1, 2.0, 2])


def test_text_of_digits_is_a_valid_id_but_no_valid_flow() -> None:
    """A group behaves as a single check does; the same id as text and as a number is a duplicate."""
    assert validation.migrate_ids(["7", 8]) == (7, 8)
    with pytest.raises(InvalidInputError, match="7 is in it 2 times"):
        validation.migrate_ids(["7", 7])
    with pytest.raises(InvalidInputError, match=r"^flow_ids\[0\] is '7', but must be a whole number"):
        validation.flow_ids(["7"])


@pytest.mark.parametrize("value", [None, [], "1066", [1, 1]])
def test_a_group_with_invalid_ids_is_refused(value: object) -> None:
    """It is never treated as a single check, or as an empty group, which would pass."""
    with pytest.raises(InvalidInputError, match=r"^migrate_ids is "):
        CheckInputs.from_props({"migrate_ids": value, "migrate_id": 1, "region": "a", "wait": True})


def test_an_output_without_flows_is_refused_on_an_up_and_unknown_in_a_preview() -> None:
    """A group behaves as a single check does."""
    given: dict[str, Any] = {"migrate_ids": [1, 2], "region": "a", "from_outputs": ["flow_ids"], "flow_ids": None}
    with pytest.raises(InvalidInputError, match=r"^flow_ids is None, but must be a list"):
        CheckInputs.from_props({**given, "wait": True})
    assert CheckInputs.from_props({**given, "wait": False}).flows == (Flow(None), Flow(None))


def test_ids_are_new_if_their_own_input_came_from_an_output() -> None:
    """This is `migrate_ids` for a group, and `migrate_id` for a single check."""
    group: dict[str, Any] = {"migrate_ids": [1], "region": "a", "wait": True}
    assert CheckInputs.from_props({**group, "from_outputs": ["migrate_ids"]}).ids_are_new
    assert not CheckInputs.from_props({**group, "from_outputs": ["migrate_id"]}).ids_are_new


@pytest.mark.parametrize("value", ["change 4711", "x" * validation.MAX_REASON, "已批准"])
def test_a_reason_is_one_line(value: str) -> None:
    """Spaces around it don't count."""
    assert validation.reason(f" {value} ") == value


@pytest.mark.parametrize(
    "value", ["", "  ", "two\nlines", "\x1b[2J", "x" * (validation.MAX_REASON + 1), 4711, True, ["x"]]
)
def test_any_other_reason_is_refused(value: object) -> None:
    """The warning that shows it has one line for it."""
    with pytest.raises(InvalidInputError, match=r"^reason is .*, but must be one line of 1 to 200 characters\.$"):
        validation.reason(value)


@pytest.mark.parametrize("enforce", [True, None])
def test_an_enforced_gate_has_no_reason(enforce: object) -> None:
    """A reason that is left from an earlier night would be the wrong one the next time."""
    with pytest.raises(InvalidInputError, match=r"^reason is 'why', but must be left out unless enforce is false\.$"):
        validation.reason("why", enforce=enforce)
    given = {"migrate_id": 1, "region": "x", "wait": True, "reason": "why"} | ({"enforce": enforce} if enforce else {})
    with pytest.raises(InvalidInputError, match=r"^reason is 'why', but must be left out unless enforce is false\.$"):
        CheckInputs.from_props(given)
    assert CheckInputs.from_props(given | {"enforce": False}).reason == "why"


def test_the_time_of_a_start_is_text() -> None:
    """The gate itself sets it; it is no output."""
    given: dict[str, Any] = {"migrate_id": 1, "region": "a", "wait": True}
    assert CheckInputs.from_props(given).started_at is None
    assert CheckInputs.from_props({**given, "started_at": "2026-01-01T00:00:00Z"}).started_at == "2026-01-01T00:00:00Z"
    with pytest.raises(InvalidInputError, match=r"^started_at is 5, but must be text, as the gate itself sets it\.$"):
        CheckInputs.from_props({**given, "started_at": 5})
