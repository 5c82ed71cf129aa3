"""What all calls of the plugin's process share: the engine, the provider's configuration, and what ends the waits."""

import json
import os
import re
import threading
from collections.abc import Mapping
from typing import Any

import grpc

from pulumi_tcsql_check.config import CONFIG_NAMESPACE, language
from pulumi_tcsql_check.config.own_keys import NAMESPACE, REQUIRE_FLOW
from pulumi_tcsql_check.config.provider_config import HONOURED, NAMES, REFUSED
from pulumi_tcsql_check.errors import InvalidInputError, TcsqlCheckError
from pulumi_tcsql_check.languages.sentence import ENGLISH, render
from pulumi_tcsql_check.plugin.wire import Properties, camel

_NOT_OF_THE_CALLER = ("allowedAccountIds", "domain", "forbiddenAccountIds", "protocol", "region")
_OF_THE_CALLER = {f"{CONFIG_NAMESPACE}:{name}" for name in {*HONOURED, *REFUSED}.difference(_NOT_OF_THE_CALLER)}
"""The keys that decide who sends the requests."""

VARIABLE = "PULUMI_CONFIG"
"""The variable in which the engine gives a plugin the stack's configuration of its namespace, as JSON."""

_DEFAULT = r"default(_\d.*)?"
"""The names of the providers that the engine makes itself, of the stack's configuration."""


class Process:
    """The plugin's process, which serves one preview or one update.

    Attributes:
        engine: The engine's address.
        config: What a start and a query know: the stack's configuration of the plugin's namespace, and before it the
            provider's own. The keys are those of a stack; `secretId` and the like become Tencent Cloud's.
        declared: The inputs of each start that the engine has asked to check, by URN: what this program declares.
        cancelled: Set when waits must end: the update was cancelled or has failed, or the engine has exited.
        interrupted: Set when starts must end as well: a failure doesn't set it.
    """

    def __init__(self, engine: str = "") -> None:
        """Start with the engine's address; `Attach` sends it if it isn't an argument."""
        self.engine = engine
        self._of_stack = _with_namespaces(_stacks(os.environ))
        self.config = self._of_stack
        self.declared: dict[str, dict[str, Any]] = {}
        self.cancelled = threading.Event()
        self.interrupted = threading.Event()
        self._refused: list[str] = []
        self._named: set[str] = set()

    def configure(self, given: Properties, name: str) -> None:
        """Store the configuration of the provider of a name, and forget the starts of another operation.

        With `--target`, the engine can configure a provider that it has made as in the last update. So the stack's
        configuration counts for such a provider, if the engine gives it.
        """
        self.declared.clear()
        is_stale = VARIABLE in os.environ and re.fullmatch(_DEFAULT, name) is not None
        own = {} if is_stale else {camel(key): value for key, value in given.values.items() if key != "version"}
        self.config = _merged(self._of_stack, _with_namespaces(own))

    def config_with(self, stack: Mapping[str, str]) -> dict[str, Any]:
        """Return what a gate knows: the whole configuration of the stack, and that of its provider before it.

        What the stack requires of every gate, no provider can take back.
        """
        return _merged(stack, self.config) | {key: stack[key] for key in (REQUIRE_FLOW,) if key in stack}

    def line(self, error: TcsqlCheckError) -> str:
        """Return an error in one line, in the configured language; in English if that is unsupported."""
        try:
            chosen = language.of_stack(self.config, os.environ)
        except InvalidInputError:
            chosen = ENGLISH
        return render(error.sentence, chosen)

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


def _stacks(environ: Mapping[str, str]) -> dict[str, Any]:
    try:
        found = json.loads(environ.get(VARIABLE, "{}"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _with_namespaces(own: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{CONFIG_NAMESPACE if name in NAMES else NAMESPACE}:{name}": own[name] for name in own}


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Return both configurations as one, of which the second counts first.

    If that decides who sends the requests, the first doesn't: one's key and another's token would be mixed.
    """
    if _OF_THE_CALLER & above.keys():
        below = {key: value for key, value in below.items() if key not in _OF_THE_CALLER}
    return {**below, **above}
