"""The options of a command line, and their validation."""

from typing import Any

import pytest

from pulumi_tcsql_check.cli.options import check_inputs
from pulumi_tcsql_check.config.check_inputs import CheckInputs
from pulumi_tcsql_check.config.validation import MAX_MIGRATIONS
from pulumi_tcsql_check.errors import InvalidInputError
from pulumi_tcsql_check.model.endpoint import Endpoint
from pulumi_tcsql_check.model.flow import Flow
from pulumi_tcsql_check.model.ids import MAX_ID
from pulumi_tcsql_check.model.progress import Migration

IDS = f"a whole number from 1 to {MAX_ID}"


def made(*ids: str, **options: Any) -> CheckInputs:  # noqa: ANN401  # any value of a test
    """Validate a command line with these options."""
    given: dict[str, Any] = {"region": "ap-guangzhou", "endpoint": None, "failed_statuses": (), "flow_id": None}
    return check_inputs(ids, **(given | options))


def test_omitted_options_have_the_resources_defaults() -> None:
    """One id and a region are enough."""
    assert made("1066") == CheckInputs((Migration(1066, "ap-guangzhou"),), 1800.0, 2.0, (), None)


def test_every_option_is_accepted() -> None:
    """Each option becomes the value that a gate would have."""
    assert made(
        "1066",
        endpoint="http://127.0.0.1:8918",
        failed_statuses=("-1", "7"),
        flow_id="1001",
        timeout_seconds="0.5",
        poll_interval_seconds="300",
    ) == CheckInputs(
        (Migration(1066, "ap-guangzhou", "http://127.0.0.1:8918"),),
        0.5,
        300.0,
        (-1, 7),
        Endpoint("http", "127.0.0.1:8918"),
        (Flow(1001),),
    )


def test_a_thousand_ids_keep_their_order() -> None:
    """One more is refused."""
    ids = [str(number) for number in range(MAX_MIGRATIONS, 0, -1)]
    assert [migration.migrate_id for migration in made(*ids).migrations] == list(range(MAX_MIGRATIONS, 0, -1))
    with pytest.raises(InvalidInputError, match=r"^The number of IDs is 1001, but must be from 1 to 1000\.$"):
        made(*ids, "1001")


@pytest.mark.parametrize(
    ("ids", "options", "sentence"),
    [
        (("0",), {}, f"ID is '0', but must be {IDS}."),
        (("1.5",), {}, f"ID is '1.5', but must be {IDS}."),
        (("7", "7"), {}, "ID is 7, but must be given once; it is there twice."),
        (("7",), {"region": None}, "--region is None, but must be given, or set as TENCENTCLOUD_REGION."),
        (("7",), {"region": "a b"}, "--region is 'a b', but must be the name of a region, such as \"ap-guangzhou\"."),
        (("7",), {"failed_statuses": ("0",)}, "--failed-status is 0, but must be a whole number other than 0 (passed)"),
        (("7",), {"failed_statuses": ("x",)}, "--failed-status is 'x', but must be a whole number other than 0"),
        (("7",), {"flow_id": "0"}, f"--flow-id is 0, but must be {IDS}."),
        (("7", "8"), {"flow_id": "1"}, "--flow-id is 1, but must be given with one ID alone: a flow is of one start."),
        (("7",), {"timeout_seconds": "0"}, "--timeout-seconds is 0.0, but must be a finite number of seconds greater"),
        (("7",), {"timeout_seconds": "soon"}, "--timeout-seconds is 'soon', but must be a finite number of seconds"),
        (("7",), {"timeout_seconds": "nan"}, "--timeout-seconds is nan, but must be a finite number of seconds"),
        (
            ("7",),
            {"poll_interval_seconds": "0.05"},
            "--poll-interval-seconds is 0.05, but must be a number of seconds from 0.1 to 300.",
        ),
        (("7",), {"endpoint": "http://example.com"}, "--endpoint is 'http://example.com', but must be a bare host or "),
        (("7",), {"endpoint": "https://u:p@host"}, "--endpoint is 'a URL with a user's name in it'"),
    ],
)
def test_a_value_outside_its_range_is_refused(ids: tuple[str, ...], options: dict[str, Any], sentence: str) -> None:
    """The sentence names the option as typed, the value and the range."""
    with pytest.raises(InvalidInputError) as refused:
        made(*ids, **options)
    assert str(refused.value).replace('"a URL', "'a URL").replace('in it"', "in it'").startswith(sentence)
