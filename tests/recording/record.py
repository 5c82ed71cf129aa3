"""Record the pictures in `docs`: a real `pulumi up` that waits and passes, and one that is refused: `make recording`.

The project is `examples/gate`, in a stack that already has an application on its old database. The CLI and the emulator
are real. The emulator's port is the documented one, so that a new recording has the same text, except times and request
ids.
"""

import json
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

from harness.emulator_process import EmulatorProcess
from harness.stack import ENDPOINT_KEY, Stack

from recording import moments, svg, terminal
from recording.moments import Moment
from recording.screen import Frame, frames

ROOT = Path(__file__).resolve().parent.parent.parent
PICTURES = ROOT / "docs"

COLUMNS, ROWS = 124, 36
PORT = "8918"
STEP = re.compile(r"\b[1-8]/8 ")

FRAME_SECONDS = 2.6
"""How long each frame of a scenario lasts; the gate polls about every 2 seconds."""

STEP_SECONDS, PREVIEW_SECONDS, END_SECONDS = 0.9, 5.0, 8.0
"""How long a step of the check is shown, and how long a screen with text to read."""


class Demonstration:
    """A stack with an application, and a program that adds the gate in front of the new database."""

    def __init__(self, workdir: Path) -> None:
        """Create the project, and update it once without the gate."""
        project = workdir / "project"
        shutil.copytree(ROOT / "examples" / "gate", project, ignore=shutil.ignore_patterns("__pycache__"))
        (project / "Pulumi.yaml").write_text("name: shop\nruntime: python\n", encoding="utf-8")
        self._log = workdir / "requests.jsonl"
        self._stack = Stack(project, workdir, name="demo").init({ENDPOINT_KEY: f"http://127.0.0.1:{PORT}"})
        program = project / "__main__.py"
        gated = program.read_text(encoding="utf-8")
        above, _ = gated.split("check = MigrationCheck(")
        program.write_text(f'{above}Switch("switch", database="old")\n', encoding="utf-8")
        done = self._stack.up()
        if done.exit_code != 0:
            raise RuntimeError(done.screen)
        program.write_text(gated, encoding="utf-8")

    def screens(self, scenario: str, *words: str) -> list[Frame]:
        """Run a command while the check plays a scenario, and return the screens without partial repaints."""
        with EmulatorProcess(self._paced(scenario), self._log, flags=["--port", PORT]):
            session = terminal.run(words, self._stack.project, self._stack.environ, columns=COLUMNS, rows=ROWS)
        shown = frames(session.written, columns=COLUMNS, rows=ROWS, prompt=f"$ {' '.join(words)}")
        return list(moments.settled(shown))

    def _paced(self, scenario: str) -> Path:
        """Slow a built-in scenario down, so that the gate sees each of its frames."""
        built_in = files("pulumi_tcsql_check.emulator").joinpath("scenarios", f"{scenario}.json")
        story = json.loads(built_in.read_text(encoding="utf-8"))
        for frame in story["migrations"]["*"][:-1]:
            frame["seconds"] = FRAME_SECONDS
        path = self._log.with_name(f"{scenario}.json")
        path.write_text(json.dumps(story), encoding="utf-8")
        return path


@contextmanager
def demonstration() -> Iterator[Demonstration]:
    """Create a demonstration that leaves nothing behind."""
    with tempfile.TemporaryDirectory(prefix="tcsql-check-") as folder:
        yield Demonstration(Path(folder))


def up() -> str:
    """Record a preview, and an update that waits and passes."""
    with demonstration() as shop:
        preview = shop.screens("slow", "pulumi", "preview")[-1]
        waited = shop.screens("slow", "pulumi", "up", "--yes", "--skip-preview")
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
        screen = shop.screens("fail", "pulumi", "up", "--yes", "--skip-preview")[-1]
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


def main() -> int:
    """Make both pictures."""
    for name, record in (("up", up), ("refusal", refusal)):
        path = PICTURES / f"{name}.svg"
        path.write_text(record(), encoding="utf-8")
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
