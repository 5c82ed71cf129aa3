"""Record the pictures in `docs/images`, of real commands in a terminal: `make recording`.

The project is `examples/gate`, in a stack that already has an application on its old database. The CLI and the emulator
are real. The emulator's port is the documented one, so that a new recording has the same text, except times and request
ids.
"""

import json
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

from harness.emulator_process import EmulatorProcess
from harness.stack import ENDPOINT_KEY, Stack

from recording import moments, svg, terminal
from recording.moments import Moment
from recording.screen import Frame, frames

ROOT = Path(__file__).resolve().parent.parent.parent
PICTURES = ROOT / "docs" / "images"

COLUMNS, ROWS = 124, 36
COMMAND_COLUMNS, WAVE_COLUMNS = 128, 140
UP = ("pulumi", "up", "--yes", "--skip-preview")
PORT = "8918"
URL = f"http://127.0.0.1:{PORT}"
STEP = re.compile(r"\b[1-8]/8 ")
PASSED = re.compile(r"\b\d+/\d+ passed")

FRAME_SECONDS = 2.6
"""How long each frame of a scenario lasts; the gate polls about every 2 seconds."""

STEP_SECONDS, PREVIEW_SECONDS, END_SECONDS = 0.9, 5.0, 8.0
"""How long a step of the check is shown, and how long a screen with text to read."""


class Demonstration:
    """A stack with an application, and a program that adds the gate in front of the new database."""

    def __init__(self, workdir: Path, wave: Sequence[int] = ()) -> None:
        """Create the project, and update it once without the gate; for a `wave` the gate is a group."""
        project = workdir / "project"
        shutil.copytree(ROOT / "examples" / "gate", project, ignore=shutil.ignore_patterns("__pycache__"))
        (project / "Pulumi.yaml").write_text("name: shop\nruntime: python\n", encoding="utf-8")
        self._log = workdir / "requests.jsonl"
        self._stack = Stack(project, workdir, name="demo").init({ENDPOINT_KEY: URL})
        program = project / "__main__.py"
        gated = program.read_text(encoding="utf-8")
        above, _ = gated.split("check = MigrationCheck(")
        program.write_text(f'{above}Switch("switch", database="old")\n', encoding="utf-8")
        done = self._stack.up()
        if done.exit_code != 0:
            raise RuntimeError(done.screen)
        if wave:
            gate = f'MigrationCheckGroup("wave-1", migrate_ids={list(wave)}, region="ap-guangzhou")'
            gated, _ = re.sub(r"MigrationCheck\(.*\)", gate, gated).split("\npulumi.export")[:2]
            gated = gated.replace("import MigrationCheck,", "import MigrationCheckGroup,")
        program.write_text(gated, encoding="utf-8")

    def screens(self, story: dict[str, Any], *words: str, columns: int = COLUMNS) -> list[Frame]:
        """Run a command while the checks play a scenario, and return the screens without partial repaints."""
        path = self._log.with_name("story.json")
        path.write_text(json.dumps(story), encoding="utf-8")
        with EmulatorProcess(path, self._log, flags=["--port", PORT]):
            session = terminal.run(words, self._stack.project, self._stack.environ, columns=columns, rows=ROWS)
        shown = frames(session.written, columns=columns, rows=ROWS, prompt=f"$ {' '.join(words)}")
        return list(moments.settled(shown))


def built_in(scenario: str) -> dict[str, Any]:
    """Return a built-in scenario, slowed down so that the gate sees each of its frames."""
    path = files("pulumi_tcsql_check.emulator").joinpath("scenarios", f"{scenario}.json")
    story: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    for frame in story["migrations"]["*"][:-1]:
        frame["seconds"] = FRAME_SECONDS
    return story


def one_after_the_other(numbers: Sequence[int], seconds: float) -> dict[str, Any]:
    """Return a scenario in which all steps pass, and the last migration takes these seconds for each step."""
    codes = [[0] * step + [1] + [-2] * (7 - step) for step in range(8)]
    return {
        "migrations": {
            str(number): [
                *(
                    {"kind": "progress", "seconds": seconds * place / len(numbers), "statuses": steps, "current": step}
                    for step, steps in enumerate(codes, start=1)
                ),
                {"kind": "progress", "statuses": [0] * 8, "current": 8},
            ]
            for place, number in enumerate(numbers, start=1)
        }
    }


@contextmanager
def demonstration(wave: Sequence[int] = ()) -> Iterator[Demonstration]:
    """Create a demonstration that leaves nothing behind."""
    with tempfile.TemporaryDirectory(prefix="tcsql-check-") as folder:
        yield Demonstration(Path(folder), wave)


def up() -> str:
    """Record a preview, and an update that waits and passes."""
    with demonstration() as shop:
        preview = shop.screens(built_in("slow"), "pulumi", "preview")[-1]
        waited = shop.screens(built_in("slow"), *UP)
    told = moments.told(waited, STEP, seconds=STEP_SECONDS, end_seconds=END_SECONDS)
    return svg.draw(
        [Moment(preview, PREVIEW_SECONDS), *told],
        title="A terminal in which pulumi up waits for a migration check, and passes",
        description="pulumi preview says that the update will wait. pulumi up shows the check's eight steps one after"
        " the other; once the check has passed, it switches the application to its new database.",
        columns=COLUMNS,
    )


def refusal() -> str:
    """Record an update that is refused."""
    with demonstration() as shop:
        screen = shop.screens(built_in("fail"), *UP)[-1]
    sentence = re.search(r"migration check \d+ \(.*?\) failed at step \d of \d", screen.text)
    if sentence is None:
        raise RuntimeError(screen.text)
    return svg.draw(
        [Moment(screen, END_SECONDS)],
        title="A terminal in which pulumi up is refused",
        description=f"{sentence[0]}. Below the headline stand the eight steps with a mark each, what to look at, and"
        " what to do next. Nothing was changed.",
        columns=COLUMNS,
    )


def wave() -> str:
    """Record an update that waits for twenty checks."""
    numbers = range(1066, 1086)
    with demonstration(numbers) as shop:
        screens = shop.screens(one_after_the_other(numbers, 2.5), *UP, columns=WAVE_COLUMNS)
    return svg.draw(
        moments.told(screens, PASSED, seconds=STEP_SECONDS, end_seconds=END_SECONDS),
        title="A terminal in which pulumi up waits for twenty migration checks, and passes",
        description="The row of the group counts the checks that have passed, and names the slowest one.",
        columns=WAVE_COLUMNS,
    )


def command() -> str:
    """Record the command that waits for three checks."""
    numbers = (1066, 1067, 1093)
    words = ("tcsql-check", "wait", *map(str, numbers), "--region", "ap-guangzhou", "--endpoint", URL)
    with demonstration() as shop:
        screens = shop.screens(one_after_the_other(numbers, 2.0), *words, columns=COMMAND_COLUMNS)
    return svg.draw(
        moments.told(screens, PASSED, seconds=STEP_SECONDS, end_seconds=END_SECONDS),
        title="A terminal in which tcsql-check waits for three migrations",
        description="Each migration has a bar, and the name of its current step. At the end all have passed.",
        columns=COMMAND_COLUMNS,
    )


def main() -> int:
    """Make the pictures, or those that are named."""
    every = {"up": up, "refusal": refusal, "wave": wave, "command": command}
    for name in sys.argv[1:] or every:
        record = every[name]
        path = PICTURES / f"{name}.svg"
        path.write_text(record(), encoding="utf-8")
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
