"""Runs requests on a fixed number of connections, each of which one thread at a time uses."""

from collections.abc import Callable, Collection
from concurrent import futures
from concurrent.futures import Future
from typing import Generic, TypeVar

from pulumi_tcsql_check import daemon_thread
from pulumi_tcsql_check.polling.api import Api

T = TypeVar("T")


class Connections(Generic[T]):
    """Connections, and the requests in flight. A single connection sends its requests in the caller's thread.

    Attributes:
        api: One of the connections, for what concerns all of them.
        is_single: Whether there is only one.
    """

    def __init__(self, connect: Callable[[], Api], count: int) -> None:
        """Make so many connections."""
        self._idle = [connect() for _ in range(count)]
        self._in_flight: dict[Future[None], tuple[T, Api]] = {}
        self.api = self._idle[0]
        self.is_single = count == 1

    @property
    def is_idle(self) -> bool:
        """Whether one of them is free."""
        return bool(self._idle)

    @property
    def in_flight(self) -> Collection[T]:
        """What the requests in flight are for."""
        return [what for what, _ in self._in_flight.values()]

    def begin(self, what: T, request: Callable[[Api], None]) -> None:
        """Send a request on an idle connection; `collect` returns what it was for."""
        api = self._idle.pop()
        future: Future[None]
        if self.is_single:
            future = Future()
            daemon_thread.settle(future, lambda: request(api))
        else:
            future = daemon_thread.begin(lambda: request(api), "tcsql-check-poll")
        self._in_flight[future] = what, api

    def collect(self, seconds: float) -> list[tuple[T, BaseException | None]]:
        """Wait until a request has ended, at most so long; return what has ended, with the error of each, if any."""
        done, _ = futures.wait(self._in_flight, seconds, futures.FIRST_COMPLETED)
        ended = []
        for future in done:
            what, api = self._in_flight.pop(future)
            self._idle.append(api)
            ended.append((what, future.exception()))
        return ended
