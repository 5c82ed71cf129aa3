"""Runs a blocking function in a daemon thread and returns a Future."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


def begin(call: Callable[[], T], name: str) -> Future[T]:
    """Run a function in a named daemon thread: unlike an executor's thread, it doesn't delay the process's exit."""
    future: Future[T] = Future()
    future.set_running_or_notify_cancel()  # now the Future can't be cancelled
    threading.Thread(target=settle, args=(future, call), name=name, daemon=True).start()
    return future


def settle(future: Future[T], call: Callable[[], T]) -> None:
    """Run a function in this thread, and set its result or its error on the Future."""
    try:
        future.set_result(call())
    except BaseException as error:  # noqa: BLE001  # Future.result raises it again
        future.set_exception(error)
