"""A test oracle: decides the verdict from a response's raw JSON, independently of the package."""

import json
import re
from typing import Any

PASSED_FLOW = 0
"""The status code of a flow that has succeeded."""


def _without_doubles_and_errors(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse an object with a duplicate name, or one that describes an error."""
    found = dict(pairs)
    if len(found) < len(pairs) or any(re.match("error|code", name, re.IGNORECASE) for name in found):
        raise ValueError("a duplicate name, or an error")
    return found


def response_of(body: bytes) -> dict[str, Any] | None:
    """Return the response if the body is a complete response and nothing else; None otherwise."""
    try:
        document = json.loads(body.decode("utf-8"), strict=False, object_pairs_hook=_without_doubles_and_errors)
        response = document["Response"]
        if len(document) > 1:
            return None
        total, current, steps = response["TotalStep"], response["CurrentStep"], response["StepDetails"]
        texts = [response["RequestId"], *(step[key] for step in steps for key in ("Name", "Msg"))]
        numbers = [total, current, *(step["Status"] for step in steps)]
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    typed = {type(text) for text in texts} == {str} and {type(number) for number in numbers} == {int}
    if not typed or type(steps) is not list or min(total, current) < 0:
        return None
    return response if all(number.bit_length() < 64 or number == -(2**63) for number in numbers) else None


def proves_a_pass(body: bytes) -> bool:
    """Return whether a body, sent with HTTP status 200, proves that every step has passed."""
    response = response_of(body)
    if response is None:
        return False
    total, current, steps = response["TotalStep"], response["CurrentStep"], response["StepDetails"]
    return not any(step["Status"] for step in steps) and len(steps) == total == current > 0


def proves_a_failure(body: bytes, taught: tuple[int, ...]) -> bool:
    """Return whether a body that two polls in a row returned proves a failure; `taught` are the codes for "failed"."""
    response = response_of(body)
    if response is None or proves_a_pass(body):
        return False
    codes = [step["Status"] for step in response["StepDetails"]]
    gone_past = codes[: max(0, response["CurrentStep"] - 1)]
    return bool({*codes} & {*taught}) or bool({*gone_past} - {0, -2})


def proves_a_start(body: bytes) -> bool:
    """Return whether a body has the number of a flow, which Pulumi's wire can carry, and no error."""
    try:
        document = json.loads(body.decode("utf-8"), strict=False, object_pairs_hook=_without_doubles_and_errors)
        flow_id, request_id = document["Response"]["FlowId"], document["Response"]["RequestId"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return False
    return len(document) == 1 and type(request_id) is str and type(flow_id) is int and 0 < flow_id < 2**53
