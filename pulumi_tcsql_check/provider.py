"""The providers of gates and starts; they pickle by reference: users' states contain only names and a nonce."""

import contextlib
import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from pulumi.dynamic import (
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)

from pulumi_tcsql_check.config import language
from pulumi_tcsql_check.errors import WaitCancelledError
from pulumi_tcsql_check.languages.sentence import ENGLISH

if TYPE_CHECKING:
    from pulumi_tcsql_check.config.stack_config import Stack
    from pulumi_tcsql_check.dynamic_host.call import Call
    from pulumi_tcsql_check.messages.failure import Resource
    from pulumi_tcsql_check.messages.layout import Text
    from pulumi_tcsql_check.messages.listener import Listener

T = TypeVar("T")


class _Provider(ResourceProvider):
    """The base of both providers: prepares the process, and shows an error in the stack's language."""

    serialize_as_secret_always = False

    _resource: "Resource" = "gate"
    """What the sentence about an exception of another package calls the resource."""

    def configure(self, req: ConfigureRequest) -> None:
        """Store the stack's configuration, and load what the calls need; the host calls it once, under its lock."""
        from pulumi_tcsql_check import log, preload  # noqa: PLC0415  # a user's program needs none of it
        from pulumi_tcsql_check.dynamic_host import host  # noqa: PLC0415  # a user's program needs none of it

        self._config = req.config
        log.prepare(os.environ)
        host.prepare()
        with contextlib.suppress(Exception), preload.loading():  # a call raises the same error, and reports it
            self._load()

    def _load(self) -> None:
        """Import the SDK and what else the calls need."""

    def _serve(
        self, props: Mapping[str, Any], work: Callable[["Call", "Stack", "Listener"], T], *, fails_update: bool
    ) -> T:
        """Return the result of a call's work. An error that `fails_update` also ends the waits of the other gates."""
        from pulumi_tcsql_check.dynamic_host import host  # noqa: PLC0415  # as above
        from pulumi_tcsql_check.dynamic_host.call import current_call  # noqa: PLC0415  # as above

        call = current_call()
        chosen = ENGLISH
        try:
            from pulumi_tcsql_check.config.stack_config import Stack  # noqa: PLC0415  # as above

            stack = Stack(self._config, host.project_name(self._config), host.config_keys(self._config))
            chosen = language.of_stack(self._config, os.environ)
            from pulumi_tcsql_check.messages.listener import LinesListener  # noqa: PLC0415  # as above

            return work(call, stack, LinesListener(call, chosen))
        except WaitCancelledError:
            ended = WaitCancelledError(host.refused())
            call.fail(self._text_of(ended, props).render(chosen))
            raise ended from None
        except Exception as error:
            call.fail(self._text_of(error, props).render(chosen))
            if fails_update:
                host.end_other_waits(call)
            raise
        finally:
            call.flush()

    def _text_of(self, error: Exception, props: Mapping[str, Any]) -> "Text":
        from pulumi_tcsql_check.messages import failure  # noqa: PLC0415  # a user's program needs none of it
        from pulumi_tcsql_check.messages.audience import of_gate  # noqa: PLC0415  # as above

        return failure.of_any(error, of_gate(props), self._resource)


class MigrationCheckProvider(_Provider):
    """The provider behind every `MigrationCheck` and `MigrationCheckGroup`."""

    def __init__(self, nonce: str = "") -> None:
        """Store a nonce that no other update uses; empty in a preview.

        Pulumi's host copies the pickled provider (`__provider`) into the outputs of a read, and Pulumi shows it in no
        diff. The program compares it with the one it has sent: the engine responds to a skipped read with the outputs
        of the last update (from the CLI 3.274 on, or somewhat earlier).
        """
        self.nonce = nonce

    def _load(self) -> None:
        from pulumi_tcsql_check.reading import reader  # noqa: F401, PLC0415  # loads the SDK, as above

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Read the checks; on an up, wait until they have passed, or raise `TcsqlCheckError`."""

        def read(call: "Call", stack: "Stack", listener: "Listener") -> dict[str, Any]:
            from pulumi_tcsql_check.dynamic_host import host  # noqa: PLC0415  # as above
            from pulumi_tcsql_check.reading import gate_report, reader  # noqa: PLC0415  # as above

            origin = gate_report.Origin(call.urn, host.refused)
            return reader.read(props, stack, listener, host.CANCELLED, origin)

        fails_update = props.get("wait") is True and props.get("enforce") is not False  # as the guard decides, too
        return ReadResult(id_, self._serve(props, read, fails_update=fails_update))


class MigrationCheckStartProvider(_Provider):
    """The provider behind every `MigrationCheckStart`. It has no state: users' states contain its name alone."""

    _resource = "start"

    def _load(self) -> None:
        from pulumi_tcsql_check.starting import resource  # noqa: F401, PLC0415  # loads the SDK, as above

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Return whether to start the check: again for other triggers, or as another resource for another migration.

        Another endpoint alone starts nothing.
        """
        replaces = [key for key in ("migrate_id", "region") if _olds.get(key) != _news.get(key)]
        return DiffResult(changes=bool(replaces) or _olds.get("triggers") != _news.get("triggers"), replaces=replaces)

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Start the check, or raise `TcsqlCheckError`."""
        outputs = self._start(props)
        return CreateResult(f"{outputs['region']}/{outputs['migrate_id']}", outputs)

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Start the check again, or raise `TcsqlCheckError`."""
        return UpdateResult(self._start(_news))

    def _start(self, props: dict[str, Any]) -> dict[str, Any]:
        def start(call: "Call", stack: "Stack", listener: "Listener") -> dict[str, Any]:
            from pulumi_tcsql_check.dynamic_host import host  # noqa: PLC0415  # as above
            from pulumi_tcsql_check.starting import resource  # noqa: PLC0415  # loaded by now, unless it can't be

            return resource.start(call.urn, props, stack, listener, host.INTERRUPTED)

        return self._serve(props, start, fails_update=True)
