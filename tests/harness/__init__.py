"""What the end-to-end tests and `make up` start: the emulator and the Pulumi CLI, each a process of its own."""

from harness.emulator_process import EmulatorProcess
from harness.stack import Result, Stack

__all__ = ["EmulatorProcess", "Result", "Stack"]
