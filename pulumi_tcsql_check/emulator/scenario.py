"""What a scenario is: for each migration, which answers, errors and faults follow each other, and for how long.

The classes mirror the JSON file field by field, so that decoding a file is also its validation.
"""

from typing import Annotated, Literal, TypeAlias

import msgspec

from pulumi_tcsql_check.model.statuses import NOT_STARTED, PASSED

EVERY_ID = "*"
"""The key of `Scenario.migrations` that stands for every id without a key of its own."""

HeaderText: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"\A[\x20-\x7e]*\Z")]
StepNumber: TypeAlias = Annotated[int, msgspec.Meta(ge=1)]


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One step of a migration check, as the API describes it.

    Attributes:
        name: The answer's `Name`.
        message: The answer's `Msg`.
    """

    name: str
    message: str


PUBLISHED_STEPS = (
    Step(
        "Source database connectivity check",
        "Check whether the data transfer server can be connected to the source database.",
    ),
    Step(
        "Target database connectivity check",
        "Check whether the data transfer server can be connected to the target database.",
    ),
    Step("Hard disk space check", "Check whether the hard disk space of the target server is sufficient."),
    Step("Character set check", "Check whether the character sets are consistent."),
    Step("Database version check", "Check whether the database version numbers are consistent."),
    Step("User permissions check", "Check whether the permissions for the target instance exist."),
    Step("Source database existence check", "Check whether the source database exists."),
    Step("Target database existence check", "Check whether the target database exists."),
)
"""The eight steps of the published example, in its order and words."""


class Refusal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An error in the API's own envelope, in place of a flow's status or of the list of migrations.

    Attributes:
        code: The error's `Code`.
        message: The error's `Message`.
    """

    code: str
    message: str


class _Frame(
    msgspec.Struct,
    frozen=True,
    forbid_unknown_fields=True,
    kw_only=True,
    tag_field="kind",
):
    """What every frame has.

    Attributes:
        seconds: How long the frame holds, 0 or more; `None`, for the last frame alone, is for ever.
        flow: What `DescribeFlowStatus` says of a flow that has come to this frame: a raw code (published are 0
            succeeded, 1 failed, 2 running) or an error. `None` follows the frame: what passes has succeeded, what has
            left an odd code behind has failed, an error or a fault is one here, too, and all else is running.
        check_flag: The `CheckFlag` of a migration at this frame in `DescribeMigrations`: a raw code (published are 0
            not checked, 1 passed, 2 failed, 3 checking), or an error, which befalls the whole list. `None` follows the
            frame: steps that all passed are 1, none of them started 0, an odd code left behind 2, and all else is 3.
    """

    seconds: Annotated[float, msgspec.Meta(ge=0)] | None = None
    flow: int | Refusal | None = None
    check_flag: int | Refusal | None = None


class Progress(_Frame, frozen=True, tag="progress"):
    """A well-formed answer, built from the scenario's steps.

    Attributes:
        statuses: The raw code of each step, one for each of the scenario's steps.
        current: `CurrentStep`, from 1; `None` is the first step that hasn't passed, or else the last one.
    """

    statuses: tuple[int, ...]
    current: StepNumber | None = None

    @property
    def has_left_behind(self) -> bool:
        """Whether a step before the current one shows a code that is not published: what fails has done that."""
        left = self.statuses[: (self.current or 1) - 1]
        return any(status not in (PASSED, NOT_STARTED) for status in left)


class RawAnswer(_Frame, frozen=True, tag="answer"):
    """Any JSON at all, sent as the whole body, byte for byte: for answers that aren't well-formed.

    Attributes:
        answer: The body, usually an object with `Response` in it.
    """

    answer: msgspec.Raw


class Error(_Frame, frozen=True, tag="error"):
    """An error in the API's own envelope, under HTTP 200.

    Attributes:
        code: The error's `Code`.
        message: The error's `Message`.
    """

    code: str
    message: str


class HttpFault(_Frame, frozen=True, tag="http"):
    """An HTTP response that is none of the API's, as a proxy or a broken gateway would send.

    Attributes:
        status: The HTTP status, 200 to 599.
        body: The text of the body.
        times: How many times the text is sent, one after the other, from 1.
        encoding: What turns the text into bytes: Latin-1 makes invalid UTF-8 of an `é`.
        content_type: The header `Content-Type`.
        headers: More headers, such as `Location`.
    """

    status: Annotated[int, msgspec.Meta(ge=200, le=599)]
    body: str = ""
    times: Annotated[int, msgspec.Meta(ge=1)] = 1
    encoding: Literal["utf-8", "latin-1"] = "utf-8"
    content_type: HeaderText = "text/html"
    headers: dict[HeaderText, HeaderText] = {}


class ResetFault(_Frame, frozen=True, tag="reset"):
    """The request is read and the connection reset."""


class SilentFault(_Frame, frozen=True, tag="silent"):
    """The request is read and never answered; the connection stays open until the client leaves."""


class TrickleFault(_Frame, frozen=True, tag="trickle"):
    """An answer in which every step has passed, a byte a second.

    Attributes:
        part: From where on it trickles: the first byte of the headers, or of the body.
    """

    part: Literal["headers", "body"] = "body"


class RefuseFault(_Frame, frozen=True, tag="refuse"):
    """Every connection, whoever's it is, is reset and every new one refused while the frame holds."""


class CloseMidBodyFault(_Frame, frozen=True, tag="close-mid-body"):
    """The headers and the first half of an answer in which every step has passed, then the end of the connection."""


Fault: TypeAlias = HttpFault | ResetFault | SilentFault | TrickleFault | RefuseFault | CloseMidBodyFault
Frame: TypeAlias = Progress | RawAnswer | Error | Fault
Starts: TypeAlias = Literal["first-query", "start-check", "emulator-start"]
Tls: TypeAlias = Literal["untrusted", "wrong-name"]


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario that has been validated and can be played.

    Attributes:
        name: Where it came from: the name of a built-in one, or a path.
        description: What it rehearses, for people.
        starts: What starts a migration's clock: its first query, `StartMigrationCheck`, or the emulator's own start, as
            for a wave whose checks were all started together. With the second the first frame holds until then. In each
            case `StartMigrationCheck` starts it anew.
        steps: The steps that `Progress` frames give a status to.
        tls: Under TLS, with which certificate: one that no client trusts, or one that is another host's. `None` is
            plain HTTP.
        migrations: The frames of each `MigrateId` (as text), or of every other id under `"*"`. `None` instead of
            frames, like an id that no key matches, is a migration that doesn't exist.
        again: The frames of a migration that `StartMigrationCheck` starts anew, with the same keys; an id without any
            plays those of `migrations` again. So somebody may fix, between two starts, what the first one found.
    """

    name: str
    migrations: dict[str, tuple[Frame, ...] | None]
    description: str = ""
    starts: Starts = "first-query"
    steps: tuple[Step, ...] = PUBLISHED_STEPS
    tls: Tls | None = None
    again: dict[str, tuple[Frame, ...]] = {}

    def frames(self, migrate_id: int) -> tuple[Frame, ...] | None:
        """The frames of one migration, or `None` if there is no such migration."""
        key = str(migrate_id)
        return self.migrations[key] if key in self.migrations else self.migrations.get(EVERY_ID)

    def frames_again(self, migrate_id: int) -> tuple[Frame, ...] | None:
        """The frames of one migration once it is started anew, or `None` if there is no such migration."""
        known = self.frames(migrate_id)
        return known and self.again.get(str(migrate_id), self.again.get(EVERY_ID, known))

    @property
    def listed_ids(self) -> tuple[int, ...]:
        """The ids that have a key of their own."""
        return tuple(int(key) for key in self.migrations if key != EVERY_ID)
