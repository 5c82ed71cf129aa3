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
from pulumi_tcsql_check.errors import TcsqlCheckError, WaitCancelledError
from pulumi_tcsql_check.languages.sentence import ENGLISH, Language, Sentence, render

if TYPE_CHECKING:
    from pulumi_tcsql_check.config.stack_config import Stack
    from pulumi_tcsql_check.dynamic_host.call import Call
    from pulumi_tcsql_check.messages.layout import Text
    from pulumi_tcsql_check.messages.listener import Listener

T = TypeVar("T")


class _Provider(ResourceProvider):
    """The base of both providers: prepares the process, and shows an error in the stack's language."""

    serialize_as_secret_always = False

    _failed, _not_loaded = "gate failed", "gate not loaded"
    """The keys of the sentences about an exception of another package, and about a failed import."""

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
            chosen = language.choose(self._config.get(language.KEY), language.KEY, os.environ)
            return work(call, stack, _Listener(call, chosen))
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
        from pulumi_tcsql_check.messages.audience import of_gate  # noqa: PLC0415  # a user's program needs none of it
        from pulumi_tcsql_check.messages.layout import Field, Text  # noqa: PLC0415  # as above
        from pulumi_tcsql_check.messages.next_step import not_loaded  # noqa: PLC0415  # as above

        if isinstance(error, TcsqlCheckError):
            from pulumi_tcsql_check.messages.errors import text_of  # noqa: PLC0415  # needs msgspec

            return text_of(error, of_gate(props))
        if isinstance(error, ImportError):
            headline, code = Sentence(self._not_loaded, why=not_loaded(error, of_gate(props))), "not-installed"
        else:
            headline, code = Sentence(self._failed, error=type(error).__name__), "unexpected"
        return Text(headline, fields=[Field("code", code)])


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

    _failed, _not_loaded = "start failed", "start not loaded"

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


class _Listener:
    """Shows a call's progress on the engine's screen, in one language."""

    def __init__(self, call: "Call", chosen: Language) -> None:
        self._call = call
        self._language = chosen

    def show(self, text: Sentence) -> None:
        self._call.show(render(text, self._language))

    def note(self, text: "Text") -> None:
        self._call.note(text.render(self._language))

    def warn(self, text: "Text") -> None:
        self._call.warn(text.render(self._language))
