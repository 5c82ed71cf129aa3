"""Change a response's JSON node by node, which a fuzzer of bytes can't, so that most results are valid JSON.

The functions are pure: the result depends on the arguments and the given random numbers alone.
"""

import copy
import json
import random
from typing import Any

from harness.responses import as_body, load_responses

from proof.examine import HEAD_BYTES, WHO

NUMBERS = (0, 0, 1, -1, -2, 2, 3, 7, 8, 2**31, 2**53 + 1, 2**63 - 1, 2**63, -(2**63), 2**64, -(2**70), 10**400)
TEXTS = (
    "",
    "Disk",
    "检查",
    "\x1b[31m",
    "\u202egnp",
    "\ud800",
    "\U000e0041",
    "\n" * 400,
    "字" * 3000,
    "a\x00b",
    "passed",
    WHO.secret_id,
    f"for {WHO.secret_id}.",
)
OTHERS: tuple[Any, ...] = (
    None,
    True,
    False,
    0.0,
    -0.0,
    8.0,
    1e300,
    float("nan"),
    float("inf"),
    [],
    {},
    [0],
    {"Status": 0},
    {"FlowId": 1001},
)
FIELDS = ("Response", "TotalStep", "CurrentStep", "StepDetails", "RequestId", "Name", "Status", "Msg", "FlowId")
KEYS = (*FIELDS, "Error", "Code", "error", "ERRORS", "codeDesc", "More", WHO.secret_id)
CODES = (
    "InternalError",
    "FailedOperation.DBError",
    "RequestLimitExceeded.Uin",
    "AuthFailure",
    "ResourceNotFound.X",
    "é",
)

AFRESH = 0.3
"""How often a recorded response is changed instead of an interesting input, which is mostly damaged."""


def seeds() -> list[bytes]:
    """Return the initial responses: every recorded one, each with some choices for the head."""
    states = [as_body(case["answer"]) for case in load_responses("states").values()]
    flows = [as_body({"Status": code, "RequestId": "4be5990d"}) for code in (0, 1, 2, 9)]
    workflows = [as_body(answer) for case in load_responses("workflows").values() for answer in case["answers"]]
    started = as_body({"FlowId": 1001, "RequestId": "4be5990d"})
    bodies = list(dict.fromkeys([*states, *flows, started, *workflows]))
    return [bytes([0, 0, 0, number % 28, number % 16]) + body for number, body in enumerate(bodies)]


SEEDS = seeds()


def mutate(data: bytes, chance: random.Random) -> bytes:
    """Change a case in one to four places; a body that isn't JSON or is nested too deep is returned unchanged."""
    if chance.random() < AFRESH:
        data = chance.choice(SEEDS)
    head, body = bytearray(data[:HEAD_BYTES].ljust(HEAD_BYTES, b"\0")), data[HEAD_BYTES:]
    if chance.random() < 0.3:
        head[chance.randrange(HEAD_BYTES)] = chance.randrange(256)
    if chance.random() < 0.75:
        head[0] = 0  # most of the code runs only with status 200
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return bytes(head) + body
    try:
        for _ in range(chance.choice((1, 1, 1, 2, 4))):
            document = _change(document, chance)
        written = json.dumps(document, ensure_ascii=chance.random() < 0.7)
    except RecursionError:
        return bytes(head) + body
    octets = written.encode("utf-8", "surrogatepass")
    return bytes(head) + (_damage(octets, chance) if chance.random() < 0.15 else octets)


def _change(document: Any, chance: random.Random) -> Any:  # noqa: ANN401  # any JSON
    """Change one node."""
    places = list(_places(document))
    if not places or chance.random() < 0.02:
        return _value(chance)
    holder, key = chance.choice(places)
    old = holder[key]
    kind = chance.randrange(9)
    if kind < 4:
        holder[key] = _alike(old, chance)
    elif kind == 4:
        holder[key] = _value(chance)
    elif kind == 5:
        del holder[key]
    elif kind == 6:
        _add(holder, chance)
    elif kind == 7:
        _make_passed(document)
    else:
        _level(document, chance)
    return document


def _places(node: Any) -> Any:  # noqa: ANN401  # any JSON
    """List all places below a node, each as the parent and the key in it."""
    keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    for key in keys:
        yield node, key
        yield from _places(node[key])


def _alike(old: Any, chance: random.Random) -> Any:  # noqa: ANN401  # any JSON
    """Choose another value of the same type."""
    if type(old) is int:
        return chance.choice((*NUMBERS, old + 1, old - 1, -old))
    if isinstance(old, str):
        return chance.choice((*TEXTS, *CODES))
    if isinstance(old, list) and old:
        return chance.choice((old[:-1], old + copy.deepcopy(old[-1:]), old[::-1], copy.deepcopy(old) * 2))
    return _value(chance)


def _value(chance: random.Random) -> Any:  # noqa: ANN401  # any JSON
    if chance.random() < 0.02:
        return _nested(chance.choice((50, 400)))
    return copy.deepcopy(chance.choice((*NUMBERS, *TEXTS, *OTHERS)))


def _nested(depth: int) -> list[Any]:
    nest: list[Any] = []
    for _ in range(depth):
        nest = [nest]
    return nest


def _add(holder: Any, chance: random.Random) -> None:  # noqa: ANN401  # a list or an object
    """Add a field or an element, an error among them."""
    value = chance.choice((_value(chance), {"Code": chance.choice(CODES), "Message": chance.choice(TEXTS)}))
    if isinstance(holder, dict):
        holder[chance.choice(KEYS)] = value
    else:
        holder.insert(chance.randrange(len(holder) + 1), value)


def _steps_of(document: Any) -> tuple[dict[str, Any], list[dict[str, Any]]] | None:  # noqa: ANN401  # any JSON
    response = document.get("Response") if isinstance(document, dict) else None
    steps = response.get("StepDetails") if isinstance(response, dict) else None
    if not isinstance(response, dict) or not isinstance(steps, list):
        return None
    return response, [step for step in steps if isinstance(step, dict)]


def _make_passed(document: Any) -> None:  # noqa: ANN401  # any JSON
    """Change a response so that it is close to a pass."""
    if (found := _steps_of(document)) is not None:
        response, steps = found
        for step in steps:
            step["Status"] = 0
        response["CurrentStep"] = response["TotalStep"] = len(steps)


def _level(document: Any, chance: random.Random) -> None:  # noqa: ANN401  # any JSON
    """Make the counts agree with the length of the list, or differ by one or two."""
    if (found := _steps_of(document)) is not None:
        response, steps = found
        response["TotalStep"] = len(steps) + chance.choice((0, 0, 0, 1, -1))
        response["CurrentStep"] = len(steps) + chance.choice((0, 0, 1, -1, -2))


def _damage(octets: bytes, chance: random.Random) -> bytes:
    """Damage the text itself in ways that no JSON writer does."""
    place = chance.randrange(len(octets) + 1)
    key = chance.choice(KEYS)
    return chance.choice(
        (
            octets[:place],
            octets + chance.choice((b" ", b"\n", b"\x00", b"}", b"{}", octets)),
            b"\xef\xbb\xbf" + octets,
            octets.decode("utf-8", "surrogatepass").encode("utf-16", "surrogatepass"),
            octets.replace(f'"{key}": '.encode(), f'"{key}": 0, "{key}": '.encode(), 1),
            octets.replace(b'"Status": 0', b'"Status": ' + chance.choice((b"0.0", b"-0", b"0e0", b"00", b"NaN")), 1),
            octets.replace(b'": ', b'": -', 1),
            octets[:place] + chance.choice((b"\xff", b"\x00", b"\\ud800", b"[" * 5000, b"9" * 5000)) + octets[place:],
        )
    )
