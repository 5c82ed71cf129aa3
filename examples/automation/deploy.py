"""Run a gated update, report its progress as lines of JSON, and exit with a code that a pipeline can use.

Usage: `python deploy.py STACK [PROJECT_FOLDER]`. README.md lists the events and the exit codes.
"""

import argparse
import sys
from pathlib import Path

import endings
from interruptible import InterruptibleCommand
from messages import Message, message_of
from outlets import Outlets
from pulumi.automation import EngineEvent, InvalidVersionError, LocalWorkspaceOptions, select_stack
from pulumi.automation.errors import CommandError


class Update:
    """One update, and the results of its gates so far."""

    def __init__(self, outlets: Outlets) -> None:
        """Start without results."""
        self._outlets = outlets
        self._refusals: list[str] = []
        self._passed: dict[str, bool] = {}

    def run(self, stack: str, project: str) -> endings.Ending:
        """Update a stack; report the end in every case."""
        went_through, command = False, None
        self._outlets.tell({"event": "started", "stack": stack})
        try:
            command = InterruptibleCommand()
            command.heed_signals()
            options = LocalWorkspaceOptions(pulumi_command=command)
            select_stack(stack, work_dir=project, opts=options).up(on_event=self._hear, color="never")
            went_through = True
        except (CommandError, InvalidVersionError, OSError) as error:
            sys.stderr.write(f"{error}\n")
        ending = endings.of_update(
            went_through=went_through,
            was_interrupted=command is not None and command.was_interrupted,
            refusals=self._refusals,
            passed=self._passed,
        )
        self._outlets.tell({"event": "ended", "stack": stack, "result": ending.word, "exit_code": ending.exit_code})
        return ending

    def _hear(self, event: EngineEvent) -> None:
        message = message_of(event)
        if message is not None:
            self._note(message)
            self._outlets.tell(message)

    def _note(self, message: Message) -> None:
        if message["event"] == "refused":
            self._refusals.append(message["text"])
        elif message["event"] == "gate":
            self._passed[message["gate"]] = message["passed"] is True


def main() -> int:
    """Read the command line, and run the update."""
    parser = argparse.ArgumentParser(description="Run a gated update, and tell how it goes as lines of JSON.")
    parser.add_argument("stack", help="the stack, which must exist")
    parser.add_argument("project", nargs="?", default=str(Path(__file__).parent), help="its project's folder")
    given = parser.parse_args()
    with Outlets() as outlets:
        exit_code: int = Update(outlets).run(given.stack, given.project).exit_code
    return exit_code


if __name__ == "__main__":
    sys.exit(main())
