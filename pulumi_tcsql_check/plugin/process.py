"""What all calls of the plugin's process share: the engine, the provider's configuration, and what ends the waits."""

import threading
from collections.abc import Mapping
from typing import Any

import grpc

from pulumi_tcsql_check.config import CONFIG_NAMESPACE
from pulumi_tcsql_check.config.provider_config import HONOURED, REFUSED, WITHOUT_MEANING_HERE
from pulumi_tcsql_check.plugin.wire import Properties, camel

OWN_NAMESPACE = "tcsql-check"

_OF_THE_CALLER = {*HONOURED, *REFUSED} - {
    *("allowedAccountIds", "domain", "forbiddenAccountIds", "protocol", "region"),
}
"""The settings that decide who sends the requests."""

_OF_TENCENT = {*HONOURED, *REFUSED, *WITHOUT_MEANING_HERE}


class Process:
    """The plugin's process, which serves one preview or one update.

    Attributes:
        engine: The engine's address.
        config: The provider's own configuration, by the keys that a stack's has.
        is_default: Whether the provider is the engine's own, of the stack's configuration alone.
        declared: The inputs of each start that the engine has asked to check, by URN: what this program declares.
        cancelled: Set when waits must end: the update was cancelled or has failed, or the engine has exited.
        interrupted: Set when starts must end as well: a failure doesn't set it.
    """

    def __init__(self, engine: str = "") -> None:
        """Start with the engine's address; `Attach` sends it if it isn't an argument."""
        self.engine = engine
        self.config: dict[str, Any] = {}
        self.is_default = False
        self.declared: dict[str, dict[str, Any]] = {}
        self.cancelled = threading.Event()
        self.interrupted = threading.Event()
        self._refused: list[str] = []
        self._named: set[str] = set()

    def configure(self, given: Properties, *, is_default: bool) -> None:
        """Store the provider's configuration, whose keys have no namespace, and forget another operation's starts."""
        self.declared.clear()
        self.is_default = is_default
        self.config = {_with_namespace(camel(name)): value for name, value in given.values.items() if name != "version"}

    def config_with(self, stack: Mapping[str, str]) -> dict[str, Any]:
        """Return the configuration of a gate: the stack's, and before it the provider's own.

        With `--target`, the engine can configure its own provider as in the last update, so the stack's counts. A
        provider that says who sends the requests says it alone: one's key and another's token are nobody's.
        """
        prefix = f"{OWN_NAMESPACE}:"
        of_stack = {key.removeprefix(prefix): value for key, value in stack.items() if key.startswith(prefix)}
        own = {_with_namespace(name): of_stack[name] for name in of_stack} if self.is_default else self.config
        callers = {_with_namespace(name) for name in _OF_THE_CALLER}
        others = {key: value for key, value in stack.items() if key not in callers or not callers & {*own}}
        return others | own

    def attach(self, engine: str) -> None:
        """Serve another engine: only a debugger's process outlives an update."""
        self.engine = engine
        self.cancelled.clear()
        self.interrupted.clear()
        self._refused.clear()
        self._named.clear()

    def cancel(self) -> None:
        """End every wait and every start."""
        self.interrupted.set()
        self.cancelled.set()

    def end_other_waits(self, gate: str, context: grpc.ServicerContext) -> None:
        """End the other waits once the engine has the error of a gate: it fails the update, but cancels nothing."""

        def end() -> None:
            if not self.cancelled.is_set():
                self._refused.append(gate)
                self.cancelled.set()

        if not context.add_callback(end):
            end()

    def is_first(self, gate: str) -> bool:
        """Return whether this is the first gate of a name: two may have one, below two components."""
        before = len(self._named)
        self._named.add(gate)
        return len(self._named) > before

    def refused(self) -> str:
        """Return the name of the gate at which the update failed; "" if that is not why the waits end."""
        return self._refused[0] if self._refused else ""


def _with_namespace(name: str) -> str:
    return f"{CONFIG_NAMESPACE if name in _OF_TENCENT else OWN_NAMESPACE}:{name}"
