"""A start in the test's own process."""

from harness.in_process_fixtures import call, isolated, log

__all__ = ["call", "isolated", "log"]
