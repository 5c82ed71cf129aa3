"""Makes a blocking call beside the thread that wants it."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


def begin(call: Callable[[], T], name: str) -> Future[T]:
    """Begin a call in a thread of its own.

    It is a daemon, unlike an executor's: the process's end waits for no answer.

    Args:
        call: What to do.
        name: The thread's name.

    Returns:
        What the call returns or raises.
    """
    future: Future[T] = Future()
    future.set_running_or_notify_cancel()  # from here on nobody can cancel it
    threading.Thread(target=settle, args=(future, call), name=name, daemon=True).start()
    return future


def settle(future: Future[T], call: Callable[[], T]) -> None:
    """Make a call in this thread, and keep what it returns or raises for whoever takes the result."""
    try:
        future.set_result(call())
    except BaseException as error:  # noqa: BLE001  # raised again where the result is taken
        future.set_exception(error)
