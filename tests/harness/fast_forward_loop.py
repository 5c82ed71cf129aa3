"""An event loop that skips its waits, as `FakeClock` does for code without an event loop."""

import asyncio
import selectors
from typing import Any


class FastForwardSelector(selectors.DefaultSelector):
    """A selector that returns at once where the event loop would only wait.

    Attributes:
        skipped: The skipped time, in seconds.
        calls: How many threads work for the loop; while one does, no time is skipped.
    """

    def __init__(self) -> None:
        """Start with the real time."""
        super().__init__()
        self.skipped = 0.0
        self.calls = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Return what is ready, after the timeout or as if it had elapsed."""
        if not timeout or self.calls:
            return super().select(timeout)
        ready = super().select(0)
        self.skipped += 0 if ready else timeout
        return ready


class FastForwardLoop(asyncio.SelectorEventLoop):
    """An event loop in which a wait of any length returns at once."""

    def __init__(self) -> None:
        """Start with the real time."""
        self.selector = FastForwardSelector()
        super().__init__(self.selector)

    def time(self) -> float:
        """Return the time, including the skipped time."""
        return super().time() + self.selector.skipped

    def run_in_executor(self, *call: Any) -> asyncio.Future[Any]:  # type: ignore[override]  # noqa: ANN401  # as it comes
        """Skip no time while a thread works."""
        future: asyncio.Future[Any] = super().run_in_executor(*call)
        self.selector.calls += 1
        future.add_done_callback(self._returned)
        return future

    def _returned(self, _: asyncio.Future[Any]) -> None:
        self.selector.calls -= 1
