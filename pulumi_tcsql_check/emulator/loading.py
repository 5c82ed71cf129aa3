"""Loads and validates scenarios: built-in ones by name, JSON files by path."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec

from pulumi_tcsql_check.emulator.scenario import EVERY_ID, PUBLISHED_STEPS, Frame, Progress, Scenario, Starts, Step, Tls

_BUILT_IN_FOLDER = Path(__file__).with_name("scenarios")
_MIGRATE_ID = re.compile(r"[1-9][0-9]*", re.ASCII)


@dataclass(eq=False)
class ScenarioError(Exception):
    """A scenario, by its name or file, that can't be played; the problem says where in the file it is."""

    source: str
    problem: str

    def __str__(self) -> str:
        """Return one sentence with the source and the problem."""
        return f"scenario {self.source}: {self.problem}"


class _ScenarioFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The outer layer of a scenario file; the frames stay raw, so that an error in one can name its key."""

    migrations: Annotated[dict[str, msgspec.Raw], msgspec.Meta(min_length=1)]
    again: dict[str, msgspec.Raw] = {}
    on_start: dict[str, msgspec.Raw] = {}
    description: str = ""
    starts: Starts = "first-query"
    steps: Annotated[tuple[Step, ...], msgspec.Meta(min_length=1)] = PUBLISHED_STEPS
    tls: Tls | None = None


_FRAMES_DECODER: msgspec.json.Decoder[tuple[Frame, ...] | None] = msgspec.json.Decoder(
    Annotated[tuple[Frame, ...], msgspec.Meta(min_length=1)] | None
)


def built_in_names() -> tuple[str, ...]:
    """Return the names of the scenarios that come with the package, sorted."""
    return tuple(sorted(path.stem for path in _BUILT_IN_FOLDER.glob("*.json")))


def load(source: str) -> Scenario:
    """Read a built-in scenario by its name, or a file by its path; raises `ScenarioError` if it can't be played."""
    names = built_in_names()
    path = _BUILT_IN_FOLDER / f"{source}.json" if source in names else Path(source)
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        problem = f"there is no such file, and the built-in ones are {', '.join(names)}"
        raise ScenarioError(source, problem) from None
    except OSError as error:
        raise ScenarioError(source, f"it can't be read ({error.strerror})") from None
    return parse(text, name=source)


def parse(text: bytes, *, name: str) -> Scenario:
    """Decode a scenario from JSON; raises `ScenarioError`, which contains `name`, if it can't be played."""
    try:
        file = msgspec.json.decode(text.decode(), type=_ScenarioFile)
        sections = {
            "again": _frames("again", file.again, len(file.steps)),
            "on_start": _frames("on_start", file.on_start, len(file.steps), are_timed=False),
            "migrations": _frames("migrations", file.migrations, len(file.steps)),
        }
    except UnicodeDecodeError:
        raise ScenarioError(name, "it is not UTF-8 text") from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise ScenarioError(name, str(error)) from None
    return Scenario(name=name, **msgspec.structs.asdict(file) | sections)


def _frames(
    section: str, raws: dict[str, msgspec.Raw], total: int, *, are_timed: bool = True
) -> dict[str, tuple[Frame, ...] | None]:
    """Decode the frames of each key; raises `msgspec.ValidationError`, which says where in the file a problem is."""
    found = {}
    for key, raw in raws.items():
        place = f"$.{section}.{key}"
        if key != EVERY_ID and not _MIGRATE_ID.fullmatch(key):
            raise msgspec.ValidationError(f'Expected a key that is a migration id, from 1, or "*" - at `{place}`')
        try:
            found[key] = _FRAMES_DECODER.decode(raw)
        except msgspec.DecodeError as error:
            what, _, inner = str(error).partition(" - at `$")
            raise msgspec.ValidationError(f"{what} - at `{place}{inner or '`'}") from None
        frames = found[key] or ()
        for index, frame in enumerate(frames):
            holds_for_ever = index == len(frames) - 1 if are_timed else None
            if problem := _problem(frame, holds_for_ever=holds_for_ever, total=total):
                raise msgspec.ValidationError(f"{problem} - at `{place}[{index}]`")
    return found


def _problem(frame: Frame, *, holds_for_ever: bool | None, total: int) -> str | None:
    """Return what is wrong with a frame whose types are right, in a phrase, or None; a reply to a start has no time."""
    if holds_for_ever is None and frame.seconds is not None:
        return "A frame of `on_start` is for one request, so it has no `seconds`"
    if holds_for_ever and frame.seconds is not None:
        return "The last frame holds for ever, so it has no `seconds`"
    if holds_for_ever is False and frame.seconds is None:
        return "Only the last frame may hold for ever, so this one needs `seconds`"
    if isinstance(frame, Progress):
        if len(frame.statuses) != total:
            return f"Expected {total} `statuses`, one for each step, got {len(frame.statuses)}"
        if frame.current is not None and frame.current > total:
            return f"Expected `current` from 1 to {total}, got {frame.current}"
    return None
