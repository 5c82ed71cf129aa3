"""The request log: one line of JSON for each request, without secrets, written before the answer goes out."""

import threading
from datetime import UTC, datetime
from typing import BinaryIO

import msgspec

from pulumi_tcsql_check.emulator.clock import Clock
from pulumi_tcsql_check.emulator.wire import Request


class RequestLog:
    """Appends to a file. Safe to use from many threads."""

    def __init__(self, file: BinaryIO, clock: Clock) -> None:
        """Take an open file, which stays the caller's to close."""
        self._file = file
        self._clock = clock
        self._lock = threading.Lock()

    def write(self, request: Request, outcome: str, account: str | None = None) -> None:
        """Record a request.

        Args:
            request: Its action, region, `MigrateId` and `FlowId` are recorded, each null where there is none that is a
                plain name or number.
            outcome: `answer`, or the error's code, or the fault's kind.
            account: The number of the account whose keys it names, if any.
        """
        line = msgspec.json.encode(
            {
                "time": datetime.fromtimestamp(self._clock.time(), UTC).isoformat(timespec="milliseconds"),
                "action": request.name("x-tc-action"),
                "migrate_id": request.number("MigrateId"),
                "flow_id": request.number("FlowId"),
                "region": request.name("x-tc-region"),
                "account": account,
                "outcome": outcome,
            }
        )
        with self._lock:
            self._file.write(line + b"\n")
            self._file.flush()
