"""After all tests, no process that they started may remain: no emulator, provider or CLI.

Every process inherits a mark in its environment; at the end the tests search for processes with this mark.
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
    """Mark this process and everything that it starts, and make them interruptible.

    A process that a shell started in the background ignores SIGINT, and its children inherit that.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if not hasattr(config, "workerinput"):
        os.environ[MARK] = uuid.uuid4().hex


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Fail the run if a process is still running after the time to exit."""
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
    """Find the processes with this run's mark, except this one."""
    return find_by_environ(MARK, os.environ[MARK])
