"""After all tests, no process that they started may be left: neither emulator, nor provider, nor CLI.

Every process inherits a mark in its environment; at the end the processes that carry it are looked for by their pids.
"""

import os
import signal
import time
import uuid

import pytest
from harness.processes import find_by_environ

MARK = "TCSQL_CHECK_TEST_RUN"
GRACE_SECONDS = 10.0


def pytest_configure(config: pytest.Config) -> None:
    """Mark this process, and so all that it starts; let them be interrupted.

    Whoever was started in the background by a shell ignores SIGINT, and hands that down.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if not hasattr(config, "workerinput"):
        os.environ[MARK] = uuid.uuid4().hex


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Fail the run if a process is left once the last has had its time to end."""
    del exitstatus
    if hasattr(session.config, "workerinput"):
        return
    deadline = time.monotonic() + GRACE_SECONDS
    while (left := left_behind()) and time.monotonic() < deadline:
        time.sleep(0.1)
    if left:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        print("\nprocesses left behind:", *(f"  {pid}: {command}" for pid, command in left.items()), sep="\n")


def left_behind() -> dict[int, str]:
    """Find the processes that carry this run's mark, but for this one."""
    return find_by_environ(MARK, os.environ[MARK])
