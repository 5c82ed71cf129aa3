"""Several processes share the API's rate limit; `make many` runs forty of them, and prints figures."""

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]


def test_eight_processes_that_use_the_whole_limit_pass_together() -> None:
    """At 20 requests a second in total, each passes, and none takes twice as long as another."""
    done = subprocess.run(
        [sys.executable, str(TESTS / "proof" / "many.py"), "8", "5", "0.4"],
        env={**os.environ, "PYTHONPATH": str(TESTS)},
        stdout=subprocess.PIPE,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "throttled" in done.stdout
