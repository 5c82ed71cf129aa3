"""Send messages to stdout, one line of JSON each, and to a web hook if there is one."""

import json
import os
import queue
import sys
import threading
import time
from types import TracebackType
from typing import Any, Self

import requests

HOOK_VARIABLE = "DEPLOY_WEB_HOOK"
"""The variable with the web hook's address, which is often a secret; arguments would show in a list of processes."""

POST_SECONDS = 5.0
"""How long one request to the web hook may take, and how long the last ones have at the end."""


class Outlets:
    """Accepts messages from any thread; a web hook that is slow or fails neither delays nor fails the update."""

    def __init__(self) -> None:
        """Read the web hook's address from the environment."""
        self._began = time.monotonic()
        self._lock = threading.Lock()
        self._hook = os.environ.get(HOOK_VARIABLE)
        self._queue: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._poster = threading.Thread(target=self._post_all, daemon=True)

    def __enter__(self) -> Self:
        """Start to post."""
        self._poster.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Post the remaining messages, for at most `POST_SECONDS`."""
        self._queue.put(None)
        self._poster.join(POST_SECONDS)

    def tell(self, message: dict[str, Any]) -> None:
        """Print a message, and queue it for the web hook."""
        message = {**message, "seconds": round(time.monotonic() - self._began, 1)}
        with self._lock:
            sys.stdout.write(json.dumps(message, ensure_ascii=False) + "\n")
            sys.stdout.flush()
            self._queue.put(message)

    def _post_all(self) -> None:
        while (message := self._queue.get()) is not None:
            if self._hook:
                self._post(self._hook, message)

    def _post(self, hook: str, message: dict[str, Any]) -> None:
        try:
            reply = requests.post(hook, json=message, timeout=POST_SECONDS, allow_redirects=False)
            reply.raise_for_status()
            if reply.is_redirect:  # a redirect would repeat the request as a GET to another address
                raise requests.TooManyRedirects
        except requests.RequestException as error:
            sys.stderr.write(f"the web hook did not take {message['event']}: {type(error).__name__}\n")
