"""A small deployment service: it runs stacks with inline programs in one process, and prints the results.

Usage: `python PROGRAM STORY [continue]`; it needs `ENDPOINT` and `FOLDER` in the environment. Each line that it prints
is JSON.
"""

import json
import os
import signal
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path

import pulumi
from pulumi.automation import (
    CommandError,
    LocalWorkspaceOptions,
    ProjectBackend,
    ProjectSettings,
    create_or_select_stack,
)
from records import Record

from pulumi_tcsql_check import MigrationCheck, hold_stack

FOLDER = Path(os.environ["FOLDER"])
CONTINUE = "continue" in sys.argv
PASSED, FAILED, RUNNING = 1, 2, 3


@dataclass
class Deployment:
    """A stack that one check holds.

    Attributes:
        name: The stack's name, and that of the folder for its record.
        migrate_id: The migration of the check.
        failures: The errors that `up` raised.
        running: Set once the check is known to run.
        ended: Set once `up` has returned or failed.
    """

    name: str
    migrate_id: int
    failures: list[CommandError] = field(default_factory=list)
    running: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)

    def program(self) -> None:
        """Declare the check, and below the call a record, and one in a component from above the call."""
        above = pulumi.ComponentResource("test:index:Group", "above")
        check = MigrationCheck(
            "orders",
            migrate_id=self.migrate_id,
            region="ap-guangzhou",
            poll_interval_seconds=0.2,
            endpoint=os.environ["ENDPOINT"],
        )
        hold_stack(check)
        folder = str(FOLDER / "records" / self.name)
        Record("below", folder, "new")
        Record("child", folder, "new", pulumi.ResourceOptions(parent=above))

    def up(self) -> None:
        """Update the stack."""
        work_dir = FOLDER / self.name
        work_dir.mkdir(exist_ok=True)
        settings = ProjectSettings("inline", "python", backend=ProjectBackend(os.environ["PULUMI_BACKEND_URL"]))
        stack = create_or_select_stack(
            stack_name=self.name,
            project_name="inline",
            program=self.program,
            opts=LocalWorkspaceOptions(
                work_dir=str(work_dir), pulumi_home=os.environ["PULUMI_HOME"], project_settings=settings
            ),
        )
        try:
            stack.up(on_output=self.on_output, continue_on_error=CONTINUE)
        except CommandError as error:
            self.failures.append(error)
        finally:
            self.ended.set()

    def on_output(self, line: str) -> None:
        """Detect that the check is running."""
        if "Hard disk space check: running" in line:
            self.running.set()

    def tell(self) -> None:
        """Print the current resources."""
        made = sorted(path.stem for path in (FOLDER / "records" / self.name).glob("*.json"))
        failures = [str(error) for error in self.failures]
        print(json.dumps({"name": self.name, "made": made, "failures": failures}), flush=True)


def one_after_the_other() -> None:
    """Update a stack while its check has failed, and again after it has passed."""
    deployment = Deployment("orders", FAILED)
    deployment.up()
    deployment.tell()
    deployment.failures.clear()
    deployment.migrate_id = PASSED
    deployment.up()
    deployment.tell()


def side_by_side() -> None:
    """Update a stack in another thread while one is held, until the caller is interrupted."""
    held, other = Deployment("held", RUNNING), Deployment("other", PASSED)
    threading.Thread(target=held.up).start()
    held.running.wait()
    threading.Thread(target=other.up).start()
    other.ended.wait()
    other.tell()
    interrupted = False
    try:
        held.tell()
        held.ended.wait()
    except KeyboardInterrupt:
        interrupted = True
        held.ended.wait()
    held.tell()
    print(json.dumps({"interrupted": interrupted}), flush=True)


before = (signal.getsignal(signal.SIGINT), sys.excepthook, threading.excepthook)
{"one after the other": one_after_the_other, "side by side": side_by_side}[sys.argv[1]]()
print(json.dumps({"as before": before == (signal.getsignal(signal.SIGINT), sys.excepthook, threading.excepthook)}))
