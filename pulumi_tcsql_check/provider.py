"""The provider behind the gates; it pickles by reference, so that users' states contain only names and the nonce."""

import contextlib
import os
from typing import TYPE_CHECKING, Any

from pulumi.dynamic import ConfigureRequest, ReadResult, ResourceProvider

from pulumi_tcsql_check.config import language
from pulumi_tcsql_check.errors import TcsqlCheckError, WaitCancelledError
from pulumi_tcsql_check.languages.sentence import ENGLISH, Language, Sentence, write

if TYPE_CHECKING:
    from pulumi_tcsql_check.dynamic_host.call import Call
    from pulumi_tcsql_check.messages.layout import Text


class MigrationCheckProvider(ResourceProvider):
    """The provider behind every `MigrationCheck` and `MigrationCheckGroup`."""

    serialize_as_secret_always = False

    def __init__(self, nonce: str = "") -> None:
        """Store a nonce that no other update uses; empty in a preview.

        Pulumi's host copies the pickled provider (`__provider`) into the outputs of a read, and Pulumi shows it in no
        diff. The program compares it with the one it has sent: the engine responds to a skipped read with the outputs
        of the last update (from the CLI 3.274 on, or somewhat earlier).
        """
        self.nonce = nonce

    def configure(self, req: ConfigureRequest) -> None:
        """Store the stack's configuration, and load what `read` needs; the host calls it once, under its lock."""
        from pulumi_tcsql_check import log, preload  # noqa: PLC0415  # a user's program needs none of it
        from pulumi_tcsql_check.dynamic_host import host  # noqa: PLC0415  # a user's program needs none of it

        self._config = req.config
        log.prepare(os.environ)
        host.prepare()
        with contextlib.suppress(Exception), preload.loading():  # `read` raises the same error, and reports it
            from pulumi_tcsql_check.reading import reader  # noqa: F401, PLC0415  # loads the SDK, as above

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Read the checks; on an up, wait until they have passed, or raise `TcsqlCheckError`."""
        from pulumi_tcsql_check.dynamic_host import host  # noqa: PLC0415  # as above
        from pulumi_tcsql_check.dynamic_host.call import current_call  # noqa: PLC0415  # as above

        call = current_call()
        chosen = ENGLISH
        try:
            from pulumi_tcsql_check.config.stack_config import Stack  # noqa: PLC0415  # as above
            from pulumi_tcsql_check.reading import reader  # noqa: PLC0415  # loaded by now, unless it can't be

            stack = Stack(self._config, host.project_name(self._config), host.config_keys(self._config))
            chosen = language.choose(self._config.get(language.KEY), language.KEY, os.environ)
            return ReadResult(id_, reader.read(props, stack, _Listener(call, chosen), host.CANCELLED))
        except WaitCancelledError:
            ended = WaitCancelledError(host.refused())
            call.fail(_text_of(ended).written(chosen))
            raise ended from None
        except Exception as error:
            call.fail(_text_of(error).written(chosen))
            if props.get("wait") is True and props.get("enforce") is not False:  # as the guard decides, too
                host.end_other_waits(call)
            raise
        finally:
            call.flush()


class _Listener:
    """Shows a read's progress on the engine's screen, in one language."""

    def __init__(self, call: "Call", chosen: Language) -> None:
        self._call = call
        self._language = chosen

    def show(self, text: Sentence) -> None:
        self._call.show(write(text, self._language))

    def note(self, text: "Text") -> None:
        self._call.note(text.written(self._language))

    def warn(self, text: "Text") -> None:
        self._call.warn(text.written(self._language))


def _text_of(error: Exception) -> "Text":
    from pulumi_tcsql_check.messages.audience import PROGRAM  # noqa: PLC0415  # a user's program needs none of it
    from pulumi_tcsql_check.messages.layout import Field, Text  # noqa: PLC0415  # as above
    from pulumi_tcsql_check.messages.next_step import not_loaded  # noqa: PLC0415  # as above

    if isinstance(error, TcsqlCheckError):
        from pulumi_tcsql_check.messages.errors import text_of  # noqa: PLC0415  # needs msgspec

        return text_of(error, PROGRAM)
    if isinstance(error, ImportError):
        headline, code = Sentence("gate not loaded", why=not_loaded(error, PROGRAM)), "not-installed"
    else:
        headline, code = Sentence("gate failed", error=type(error).__name__), "unexpected"
    return Text(headline, fields=[Field("code", code)])
