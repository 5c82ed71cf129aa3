"""An event loop whose time advances by itself, as `FakeClock` does for code without one."""

import asyncio
import selectors
from typing import Any


class HurriedSelector(selectors.DefaultSelector):
    """Lets time pass at once, where an event loop has nothing to do but wait for it.

    Attributes:
        skipped: How much time was not waited for, in seconds.
        calls: How many threads do something for the loop; meanwhile the time passes as it does.
    """

    def __init__(self) -> None:
        """Begin with the time as it is."""
        super().__init__()
        self.skipped = 0.0
        self.calls = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Return what is ready, after the timeout or as if that was over."""
        if not timeout or self.calls:
            return super().select(timeout)
        ready = super().select(0)
        self.skipped += 0 if ready else timeout
        return ready


class HurriedLoop(asyncio.SelectorEventLoop):
    """An event loop in which a wait of a minute is over at once, and so is one for ever."""

    def __init__(self) -> None:
        """Begin with the time as it is."""
        self.hurried = HurriedSelector()
        super().__init__(self.hurried)

    def time(self) -> float:
        """Return the time, with what was skipped."""
        return super().time() + self.hurried.skipped

    def run_in_executor(self, *call: Any) -> asyncio.Future[Any]:  # type: ignore[override]  # noqa: ANN401  # as it comes
        """Skip no time while a thread works."""
        future: asyncio.Future[Any] = super().run_in_executor(*call)
        self.hurried.calls += 1
        future.add_done_callback(self._returned)
        return future

    def _returned(self, _: asyncio.Future[Any]) -> None:
        self.hurried.calls -= 1
