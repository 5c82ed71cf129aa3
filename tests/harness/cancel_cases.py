"""Cases for cancelling a Pulumi command: which command runs, how many gates wait, and what the server replies."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.responses import as_body
from harness.scripted_server import Reply, answer, silence, trickle

UP = ("up", "--yes", "--skip-preview")
MANY = (*UP, "--parallel", "32")
ROLE = {"tencentcloud:assumeRole": '{"roleArn": "qcs::cam::uin/1:roleName/gatekeeper", "sessionName": "gate"}'}


def check(current: int, *codes: int) -> Reply:
    """Reply with the progress of a check; status codes other than 0 and -2 are made up."""
    steps = [{"Name": f"Step {number}", "Msg": "Check ...", "Status": code} for number, code in enumerate(codes, 1)]
    return answer(as_body({"TotalStep": len(codes), "CurrentStep": current, "StepDetails": steps, "RequestId": "1"}))


PASSED, RUNNING = check(2, 0, 0), check(2, 0, 1)
FAILING = answer(as_body({"Error": {"Code": "InternalError", "Message": "Internal error."}, "RequestId": "1"}))


@dataclass(frozen=True)
class CancelCase:
    """A state of a command in which it gets a signal.

    Attributes:
        command: The command's arguments.
        replies: The server's replies, in order; the last one repeats.
        gates: How many gates the stack has.
        held: Whether the program holds the stack until they pass.
        requests: How many requests the server gets before the signal; 0 means one for each gate.
        config: Additions to the stack's configuration.
        emulates_services: Whether the server is the token service (STS) and the instance metadata as well.
        updated: Whether an update runs first, which takes the first reply.
        in_task: Whether the program holds the stack in an asyncio task.
        sigint: The program's own disposition of SIGINT: "handled", "ignored", or empty for the default.
    """

    command: tuple[str, ...]
    replies: tuple[Reply, ...]
    gates: int = 1
    held: bool = False
    requests: int = 0
    config: Mapping[str, str] = field(default_factory=dict)
    emulates_services: bool = False
    updated: bool = False
    in_task: bool = False
    sigint: str = ""


CANCEL_CASES = {
    "one gate waits": CancelCase(UP, (RUNNING,)),
    "12 gates wait": CancelCase(MANY, (RUNNING,), 12),
    "12 gates wait, 8 at once": CancelCase((*UP, "--parallel", "8"), (RUNNING,), 12, requests=8),
    "a held stack waits": CancelCase(UP, (RUNNING,), held=True),
    "a held stack waits in a task": CancelCase(UP, (RUNNING,), in_task=True),
    "a held stack waits, SIGINT handled": CancelCase(UP, (RUNNING,), held=True, sigint="handled"),
    "one gate waits, SIGINT ignored": CancelCase(UP, (RUNNING,), sigint="ignored"),
    "12 gates of a held stack wait": CancelCase(MANY, (RUNNING,), 12, held=True),
    "a request hangs": CancelCase(UP, (silence,)),
    "12 requests hang": CancelCase(MANY, (silence,), 12),
    "headers trickle": CancelCase(UP, (trickle(b"HTTP/1.1 200 OK\r\nX: ", b"x"),)),
    "between two tries": CancelCase(UP, (FAILING,), requests=3),
    "the preview of `up`, a request hangs": CancelCase(("up", "--yes"), (silence,)),
    "`preview`, a request hangs": CancelCase(("preview",), (silence,)),
    "`refresh`, a request hangs": CancelCase(("refresh", "--yes", "--skip-preview"), (PASSED, silence), updated=True),
    "the token service hangs": CancelCase(MANY, (silence,), 12, requests=1, config=ROLE, emulates_services=True),
    "the metadata hang": CancelCase(
        UP, (silence,), config={"tencentcloud:camRoleName": "gatekeeper"}, emulates_services=True
    ),
}
