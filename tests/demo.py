"""Shows a real `pulumi up` of the root project wait for a migration check: the program behind `make up`.

It starts the emulator on a free port, keeps all state in a temporary folder, and leaves nothing behind.
Usage: `python tests/demo.py [SCENARIO]`; the exit code is the CLI's.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from harness.emulator_process import EmulatorProcess
from harness.stack import ENDPOINT_KEY, Stack

ROOT = Path(__file__).resolve().parent.parent


def main(scenario: str) -> int:
    """Run the root project once against the emulator."""
    with tempfile.TemporaryDirectory(prefix="tcsql-check-") as folder:
        stack = Stack(ROOT, Path(folder))
        if stack.config_file.exists():
            print(f"{stack.config_file.name} is in the way: this rehearsal would write it. Move it, then try again.")
            return 1
        with EmulatorProcess(scenario, Path(folder) / "requests.jsonl") as emulator:
            try:
                stack.init({ENDPOINT_KEY: emulator.url})
                return _up(stack)
            finally:
                stack.config_file.unlink(missing_ok=True)


def _up(stack: Stack) -> int:
    words = ["pulumi", "up", "--yes", "--skip-preview"]
    print("$", *words, flush=True)
    return subprocess.call([*words, "--cwd", str(stack.project)], env=stack.environ)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:] or ["slow"]))
