"""Run a real `pulumi up` of the root project that waits for a migration check: the program behind `make up`.

It runs a copy of the project, with the emulator on a free port and all state in a temporary folder, so that nothing is
left behind. Usage: `python tests/demo.py [SCENARIO]`; the exit code is the CLI's. Ctrl-C and SIGTERM end the update as
they would end the user's own.
"""

import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path

from harness.emulator_process import EmulatorProcess
from harness.stack import ENDPOINT_KEY, Stack

ROOT = Path(__file__).resolve().parent.parent


def main(scenario: str) -> int | str:
    """Run the root project once against the emulator."""
    with tempfile.TemporaryDirectory(prefix="tcsql-check-") as folder, ExitStack() as running:
        project = Path(folder) / "project"
        shutil.copytree(ROOT / "examples" / "gate", project / "examples" / "gate")
        shutil.copy(ROOT / "Pulumi.yaml", project)
        try:
            emulator = running.enter_context(EmulatorProcess(scenario, Path(folder) / "requests.jsonl"))
        except RuntimeError as error:
            return f"{error}: see above, and give another SCENARIO"
        return up(Stack(project, Path(folder)).init({ENDPOINT_KEY: emulator.url}))


def up(stack: Stack) -> int:
    """Update on this terminal, and wait for the CLI's exit after any interrupt."""
    words = ["pulumi", "up", "--yes", "--skip-preview"]
    print("$", *words, flush=True)
    process = subprocess.Popen([*words, "--cwd", str(stack.project)], env=stack.environ)
    signal.signal(signal.SIGTERM, lambda *_: process.send_signal(signal.SIGINT))
    while True:
        with suppress(KeyboardInterrupt):  # the terminal interrupts the CLI as well
            return process.wait()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:] or ["slow"]))
