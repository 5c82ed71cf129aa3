"""What a command may be at when it is told to end: how many gates wait, and what they are told meanwhile."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.answers import as_body
from harness.loopback import Reply, answer, silence, trickle

UP = ("up", "--yes", "--skip-preview")
MANY = (*UP, "--parallel", "32")
ROLE = {"tencentcloud:assumeRole": '{"roleArn": "qcs::cam::uin/1:roleName/gatekeeper", "sessionName": "gate"}'}


def check(current: int, *codes: int) -> Reply:
    """Answer with a check of some steps; a code other than 0 and -2 is made up."""
    steps = [{"Name": f"Step {number}", "Msg": "Check ...", "Status": code} for number, code in enumerate(codes, 1)]
    return answer(as_body({"TotalStep": len(codes), "CurrentStep": current, "StepDetails": steps, "RequestId": "1"}))


PASSED, RUNNING = check(2, 0, 0), check(2, 0, 1)
FAILING = answer(as_body({"Error": {"Code": "InternalError", "Message": "Internal error."}, "RequestId": "1"}))


@dataclass(frozen=True)
class Situation:
    """One situation.

    Attributes:
        words: The command.
        replies: What a server on this machine says, the last from then on.
        gates: How many gates the stack has.
        held: Whether the program waits for them.
        asked: How many requests have come when the command is told to end; as many as there are gates by default.
        config: What to add to the stack's configuration.
        stands_in: Whether the server stands for the token service and the metadata as well.
        updated: Whether the stack was updated before, which takes the first reply.
        in_task: Whether the program waits for them in an asyncio task.
        sigint: What the program does about SIGINT by itself: "handled" or "ignored"; nothing by default.
    """

    words: tuple[str, ...]
    replies: tuple[Reply, ...]
    gates: int = 1
    held: bool = False
    asked: int = 0
    config: Mapping[str, str] = field(default_factory=dict)
    stands_in: bool = False
    updated: bool = False
    in_task: bool = False
    sigint: str = ""


SITUATIONS = {
    "one gate waits": Situation(UP, (RUNNING,)),
    "12 gates wait": Situation(MANY, (RUNNING,), 12),
    "12 gates wait, 8 at once": Situation((*UP, "--parallel", "8"), (RUNNING,), 12, asked=8),
    "a held stack waits": Situation(UP, (RUNNING,), held=True),
    "a held stack waits in a task": Situation(UP, (RUNNING,), in_task=True),
    "a held stack waits, SIGINT handled": Situation(UP, (RUNNING,), held=True, sigint="handled"),
    "one gate waits, SIGINT ignored": Situation(UP, (RUNNING,), sigint="ignored"),
    "12 gates of a held stack wait": Situation(MANY, (RUNNING,), 12, held=True),
    "a request hangs": Situation(UP, (silence,)),
    "12 requests hang": Situation(MANY, (silence,), 12),
    "headers trickle": Situation(UP, (trickle(b"HTTP/1.1 200 OK\r\nX: ", b"x"),)),
    "between two tries": Situation(UP, (FAILING,), asked=3),
    "the preview of `up`, a request hangs": Situation(("up", "--yes"), (silence,)),
    "`preview`, a request hangs": Situation(("preview",), (silence,)),
    "`refresh`, a request hangs": Situation(("refresh", "--yes", "--skip-preview"), (PASSED, silence), updated=True),
    "the token service hangs": Situation(MANY, (silence,), 12, asked=1, config=ROLE, stands_in=True),
    "the metadata hang": Situation(UP, (silence,), config={"tencentcloud:camRoleName": "gatekeeper"}, stands_in=True),
}
