"""Scenarios, field by field as in a JSON file: the responses, errors and faults of each migration, one by one."""

from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias

import msgspec

from pulumi_tcsql_check.model.statuses import NOT_STARTED, PASSED

EVERY_ID = "*"
"""The key of `Scenario.migrations` that stands for every id without a key of its own."""

HeaderText: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"\A[\x20-\x7e]*\Z")]


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One step of a migration check, as the API describes it: its `Name` and its `Msg`."""

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
    """An error in the API's own envelope, in place of a flow's status or of the list of migrations."""

    code: str
    message: str


class _Frame(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind"):
    """What every frame has.

    Attributes:
        seconds: How long the frame holds, 0 or more; `None`, for the last frame alone, is for ever.
        flow: The response of `DescribeFlowStatus` to a flow at this frame: a raw code (published are 0 succeeded,
            1 failed, 2 running) or an error. `None` follows the frame: a check that passed has succeeded, one that left
            an unpublished code behind has failed, an error or a fault is one here too, and anything else is running.
        check_flag: The `CheckFlag` of a migration at this frame in `DescribeMigrations`: a raw code (published are 0
            not checked, 1 passed, 2 failed, 3 checking), or an error, which replaces the whole list. `None` follows the
            frame: 1 if all steps passed, 0 if none started, 2 if an unpublished code was left behind, else 3.
        migration_status: The raw `Status` of a migration at this frame in `DescribeMigrations`; by default 1,
            initializing.
    """

    seconds: Annotated[float, msgspec.Meta(ge=0)] | None = None
    flow: int | Refusal | None = None
    check_flag: int | Refusal | None = None
    migration_status: int = 1


class Progress(_Frame, frozen=True, tag="progress"):
    """A well-formed response, with the raw code of each of the scenario's steps.

    `current` is `CurrentStep`, from 1; `None` is the first step that hasn't passed, or else the last one.
    """

    statuses: tuple[int, ...]
    current: Annotated[int, msgspec.Meta(ge=1)] | None = None

    @property
    def has_left_behind(self) -> bool:
        """Whether a step before the current one has an unpublished code, as in a check that failed."""
        left = self.statuses[: (self.current or 1) - 1]
        return any(status not in (PASSED, NOT_STARTED) for status in left)


class RawAnswer(_Frame, frozen=True, tag="answer"):
    """Any JSON, sent as the whole body, byte for byte: for responses that aren't well-formed."""

    answer: msgspec.Raw


class Error(_Frame, frozen=True, tag="error"):
    """An error in the API's own envelope, under HTTP 200."""

    code: str
    message: str


class HttpFault(_Frame, frozen=True, tag="http"):
    """An HTTP response that isn't the API's, such as a proxy's or a broken gateway's.

    The body is sent `times` times; in Latin-1 an `é` in it is invalid UTF-8. `headers` are more, such as `Location`.
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
    """The request is read and gets no response; the connection stays open until the client leaves."""


class TrickleFault(_Frame, frozen=True, tag="trickle"):
    """A response in which every step has passed, at a byte a second from the start of its headers or of its body."""

    part: Literal["headers", "body"] = "body"


class RefuseFault(_Frame, frozen=True, tag="refuse"):
    """While the frame holds, every connection of every client is ended and new ones are refused."""


class CloseMidBodyFault(_Frame, frozen=True, tag="close-mid-body"):
    """A response in which every step has passed, whose connection ends in the middle of the body."""


Fault: TypeAlias = HttpFault | ResetFault | SilentFault | TrickleFault | RefuseFault | CloseMidBodyFault
Frame: TypeAlias = Progress | RawAnswer | Error | Fault
Starts: TypeAlias = Literal["first-query", "start-check", "emulator-start"]
Tls: TypeAlias = Literal["untrusted", "wrong-name"]


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario that has been validated and can be played.

    Attributes:
        starts: What starts a migration's clock: its first query, `StartMigrationCheck`, or the emulator's own start.
            Until then the first frame holds. `StartMigrationCheck` restarts the clock in each case.
        tls: The certificate under TLS: one that no client trusts, or one of another host. `None` is plain HTTP.
        migrations: The frames of each `MigrateId` (as text), or of every other id under `"*"`. An id whose frames are
            `None`, or that no key matches, doesn't exist.
        again: With the same keys, the frames after a restart by `StartMigrationCheck`, as if somebody had fixed what
            the first check found. An id without any plays those of `migrations` again.
        on_start: With the same keys, the responses to the first requests of `StartMigrationCheck`, one frame each:
            `progress` starts the check and returns its flow, as every later request does; `error` refuses; `answer` and
            a fault start it too, but return something else, or nothing.
    """

    name: str
    migrations: dict[str, tuple[Frame, ...] | None]
    description: str = ""
    starts: Starts = "first-query"
    steps: tuple[Step, ...] = PUBLISHED_STEPS
    tls: Tls | None = None
    again: Mapping[str, tuple[Frame, ...] | None] = {}
    on_start: Mapping[str, tuple[Frame, ...] | None] = {}

    def frames(self, migrate_id: int) -> tuple[Frame, ...] | None:
        """Return the frames of a migration, or None if there is no such migration."""
        return self.migrations.get(str(migrate_id), self.migrations.get(EVERY_ID))

    def frames_again(self, migrate_id: int) -> tuple[Frame, ...] | None:
        """Return the frames of a migration that is started anew, or None if there is no such migration."""
        known = self.frames(migrate_id)
        return known and (self.again.get(str(migrate_id)) or self.again.get(EVERY_ID) or known)

    def reply_to_start(self, migrate_id: int, number: int) -> Frame | None:
        """Return the frame that replies to a migration's start, by its number from 0; None for the usual response."""
        frames = self.on_start.get(str(migrate_id), self.on_start.get(EVERY_ID)) or ()
        return frames[number] if number < len(frames) else None
