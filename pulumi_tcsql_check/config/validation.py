"""The inputs of a gate: the range and the default of each.

The program validates plain values, at the user's own line. The provider validates values that were outputs, before any
request. Both use these functions.
"""

import ipaddress
import math
import re
from collections import Counter
from collections.abc import Callable
from urllib.parse import urlsplit

from pulumi_tcsql_check.errors import InvalidInputError
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.model.endpoint import Endpoint, is_loopback
from pulumi_tcsql_check.model.ids import MAX_ID
from pulumi_tcsql_check.model.statuses import NOT_STARTED, PASSED

DEFAULT_TIMEOUT_SECONDS = 1800.0
DEFAULT_POLL_INTERVAL_SECONDS = 2.0
MIN_POLL_INTERVAL_SECONDS = 0.1
MAX_POLL_INTERVAL_SECONDS = 300.0
MAX_MIGRATIONS = 1000
"""How many checks one group may have; at the API's rate a round of them takes two minutes."""

MAX_REASON = 200
"""How many characters the reason for `enforce=False` may have."""


def _whole_number(value: object) -> int | None:
    """Return a whole number as an int, also one that came over Pulumi's wire as a float; None for all else."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if isinstance(value, float) and not value.is_integer():
        return None
    return int(value)


def migrate_id(value: object, name: str = "migrate_id") -> int:
    """Validate a migration's number; text of ASCII digits without leading zeros is accepted."""
    if isinstance(value, str) and re.fullmatch("[1-9][0-9]{0,15}", value):
        return _id(name, value, int(value))
    return _id(name, value, _whole_number(value))


def flow_id(value: object, name: str = "flow_id") -> int:
    """Validate a flow's number."""
    return _id(name, value, _whole_number(value))


def _id(name: str, value: object, number: int | None) -> int:
    if number is None or not 1 <= number <= MAX_ID:
        raise InvalidInputError(name, value, Sentence("whole number", least=1, most=MAX_ID))
    return number


def migrate_ids(value: object) -> tuple[int, ...]:
    """Validate the numbers of a group's migrations; none may repeat."""
    return _ids("migrate_ids", value, migrate_id)


def flow_ids(value: object) -> tuple[int, ...]:
    """Validate the numbers of a group's flows; none may repeat, since a flow belongs to one start."""
    return _ids("flow_ids", value, flow_id)


def flows_of(value: object, count: int) -> tuple[int, ...]:
    """Validate the numbers of the flows of `count` migrations: one for each."""
    numbers = flow_ids(value)
    if len(numbers) != count:
        raise InvalidInputError("flow_ids", value, Sentence("as many flows"))
    return numbers


def triggers(value: object) -> tuple[str, ...]:
    """Validate the triggers of a start, and return each as text; a value may be a secret, so an error has its type."""
    if not isinstance(value, (list, tuple)):
        raise InvalidInputError("triggers", type(value).__name__, Sentence("list of triggers"))
    return tuple(_trigger(f"triggers[{number}]", one) for number, one in enumerate(value))


def _trigger(name: str, value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer() and abs(value) <= MAX_ID:  # another resource's 5 comes as 5.0
        return str(int(value))
    if not isinstance(value, (str, int)):
        raise InvalidInputError(name, type(value).__name__, Sentence("one trigger"))
    return str(value)


def _ids(name: str, value: object, read: Callable[[object, str], int]) -> tuple[int, ...]:
    if not isinstance(value, (list, tuple)) or not 1 <= len(value) <= MAX_MIGRATIONS:
        raise InvalidInputError(name, value, Sentence("list of numbers", most=MAX_MIGRATIONS))
    numbers = tuple(read(item, f"{name}[{index}]") for index, item in enumerate(value))
    for number, count in Counter(numbers).items():
        if count > 1:
            raise InvalidInputError(name, value, Sentence("no repetitions", number=number, count=count))
    return numbers


def region(value: object, name: str = "region") -> str:
    """Validate a region's name; the API decides whether it exists."""
    if not isinstance(value, str) or not re.fullmatch("[A-Za-z0-9-]+", value):
        raise InvalidInputError(name, value, Sentence("region to give" if value == "" else "region"))
    return value


def _seconds(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return float(value)
    except OverflowError:
        return math.inf


def timeout_seconds(value: object, name: str = "timeout_seconds") -> float:
    """Validate the longest total wait, in seconds."""
    seconds = _seconds(value)
    if seconds is None or not (math.isfinite(seconds) and seconds > 0):
        raise InvalidInputError(name, value, Sentence("seconds above 0"))
    return seconds


def poll_interval_seconds(value: object, name: str = "poll_interval_seconds") -> float:
    """Validate the pause between two queries, in seconds."""
    seconds = _seconds(value)
    if seconds is None or not MIN_POLL_INTERVAL_SECONDS <= seconds <= MAX_POLL_INTERVAL_SECONDS:
        allowed = Sentence("seconds", least=MIN_POLL_INTERVAL_SECONDS, most=MAX_POLL_INTERVAL_SECONDS)
        raise InvalidInputError(name, value, allowed)
    return seconds


def enforce(value: object) -> bool:
    """Validate the break-glass switch: nothing but `True` or `False`."""
    if not isinstance(value, bool):
        raise InvalidInputError("enforce", value, Sentence("true or false"))
    return value


def reason(value: object, *, enforce: object = False) -> str:
    """Validate why a gate isn't enforced: one line of text; an enforced gate has none."""
    if not isinstance(value, str) or not value.isprintable() or not 1 <= len(value.strip()) <= MAX_REASON:
        raise InvalidInputError("reason", value, Sentence("one line", most=MAX_REASON))
    if enforce is not False:
        raise InvalidInputError("reason", value, Sentence("left out if enforced"))
    return value.strip()


def failed_statuses(value: object) -> tuple[int, ...]:
    """Validate the raw codes that mean "failed"."""
    numbers = [_whole_number(item) for item in value] if isinstance(value, (list, tuple)) else [None]
    codes = tuple(number for number in numbers if number is not None)
    if len(codes) != len(numbers) or PASSED in codes or NOT_STARTED in codes:
        raise InvalidInputError("failed_statuses", value, Sentence("failed statuses", one=PASSED, other=NOT_STARTED))
    return codes


def endpoint(value: object, name: str = "endpoint") -> Endpoint:
    """Validate an endpoint: a bare host, or a URL without a path; `http` for a loopback address only."""
    found = _parse_endpoint(value) if isinstance(value, str) else None
    if found is None:
        has_password = isinstance(value, str) and "@" in value
        raise InvalidInputError(name, "a URL with a user's name in it" if has_password else value, Sentence("endpoint"))
    return found


def _parse_endpoint(text: str) -> Endpoint | None:
    bare = "://" not in text
    try:
        url = urlsplit(f"https://{text}" if bare else text)
        host, port = url.hostname, url.port
    except ValueError:
        return None
    if host is None or not _is_host(host) or port == 0 or (bare and port is not None):
        return None
    if url.scheme != "https" and not (url.scheme == "http" and is_loopback(host)):
        return None
    netloc = f"[{host}]" if ":" in host else host
    netloc = netloc if port is None else f"{netloc}:{port}"
    as_read = netloc if bare else f"{url.scheme}://{netloc}"
    return Endpoint(url.scheme, netloc) if text.lower() == as_read else None


def _is_host(host: str) -> bool:
    """Accept only names and addresses: two libraries may read anything else as two different hosts."""
    label = "[a-z0-9]([a-z0-9-]*[a-z0-9])?"
    return re.fullmatch(rf"{label}(\.{label})*", host) is not None or _is_address(host)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return "%" not in host
