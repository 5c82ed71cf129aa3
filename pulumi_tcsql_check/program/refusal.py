"""Validates inputs and options before a gate is registered; most errors end with the user's line."""

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType
from typing import Any

import pulumi

from pulumi_tcsql_check.config import own_keys, validation
from pulumi_tcsql_check.errors import InvalidInputError
from pulumi_tcsql_check.languages.sentence import Sentence, Words
from pulumi_tcsql_check.program.stack import configured, in_stack_language, stack_language

_REQUIRED = ("migrate_id", "migrate_ids", "region", "triggers")

REFUSED_BY_GATE = {
    "custom_timeouts": Sentence("no custom_timeouts"),
    "hooks": Sentence("no hooks"),
    "id": Sentence("no id"),
    "import_": Sentence("no import"),
    "provider": Sentence("no provider"),
    "providers": Sentence("no provider"),
    "urn": Sentence("no urn"),
}
"""Options that would change what the gate is, or have no effect although a user relies on them."""

REFUSED_BY_START = {
    "custom_timeouts": Sentence("no custom_timeouts of a start"),
    "id": Sentence("no import of a start"),
    "import_": Sentence("no import of a start"),
    "provider": Sentence("no provider"),
    "providers": Sentence("no provider"),
    "replace_on_changes": Sentence("triggers instead"),
    "replace_with": Sentence("triggers instead"),
    "replacement_trigger": Sentence("triggers instead"),
    "urn": Sentence("no import of a start"),
}
"""The same for a start. The gate can compare its triggers with those of the update, but not these three."""

NO_GET = Sentence("no import of a start")

_IDLE_OPTIONS = (
    "aliases",
    "delete_before_replace",
    "deleted_with",
    "env_var_mappings",
    "hide_diffs",
    "ignore_changes",
    "protect",
    "replace_on_changes",
    "replace_with",
    "replacement_trigger",
    "retain_on_delete",
    "state_migrations",
    "transforms",
)
"""Options that Pulumi doesn't send with a read. A component may pass its own, so they only cause a warning."""

_warned: set[str] = set()


class InputError(InvalidInputError, pulumi.RunError):
    """An input is outside its range; Pulumi prints the sentence without a traceback."""

    def __init__(self, error: InvalidInputError, line: Words = "") -> None:
        """Add a line of the user's program to a validation error; by default, the line that runs."""
        super().__init__(error.name, error.value, error.allowed)
        self._line = line or users_line()

    def __str__(self) -> str:
        """Name the input, the value, the allowed range and the line, in the stack's language."""
        return in_stack_language(Sentence("at line", words=self.sentence, line=self._line))


class NotAGateError(TypeError, pulumi.RunError):
    """An argument is no gate, or missing; Pulumi prints the sentence without a traceback."""

    def __init__(self, sentence: Words) -> None:
        """Add the user's line."""
        super().__init__(in_stack_language(Sentence("at line", words=sentence, line=users_line())))


def accept(name: str, value: object, *, to_be_known: bool) -> Any:  # noqa: ANN401  # the value, or an output of it
    """Validate a plain input with the validator of its name, or raise `InputError`; the provider validates outputs.

    With `to_be_known`, as on an up, an output that stays unknown fails. It is unknown only because its resource failed,
    or because `--target` or `--exclude` omitted it. In the latter case the engine would write a state that it can't
    read: the gate in it depends on a missing resource.
    """
    if is_plain(value):
        if name in _REQUIRED or value is not None:
            _validated(getattr(validation, name), value)
        return value

    def known(got: object) -> object:
        if to_be_known and pulumi.contains_unknowns(got):
            raise pulumi.RunError(in_stack_language(Sentence("input not known", name=name)))
        return got

    return pulumi.Output.from_input(value).apply(known, run_with_unknowns=True)


def accept_language() -> None:
    """Validate the stack's language; raises `InputError`."""
    _validated(stack_language)


def require_flow(name: str, given: Mapping[str, object]) -> None:
    """Require the input `name` if the stack's configuration does and the gate holds; raises `InputError`."""
    required, is_given = configured(own_keys.REQUIRE_FLOW), given.get(name) is not None
    _validated(lambda: own_keys.require_flow(name, required, is_given=is_given, enforce=given.get("enforce")))


def accept_reason(given: Mapping[str, object]) -> None:
    """Require that only a gate with `enforce=False` has a reason; raises `InputError`. Outputs are validated later."""
    reason, enforce = given.get("reason"), given.get("enforce")
    if reason is not None and is_plain(reason) and is_plain(enforce):
        _validated(lambda: validation.reason(reason, enforce=enforce))


def accept_as_many(flow_ids: object, migrate_ids: object) -> None:
    """Require one flow for each check; raises `InputError`. Unknown values are validated later."""
    if isinstance(migrate_ids, list) and flow_ids is not None and is_plain(flow_ids):
        _validated(validation.flows_of, flow_ids, len(migrate_ids))


def is_plain(value: object) -> bool:
    """Return whether a value is neither an output nor an awaitable, nor a list with one in it."""
    parts = value if isinstance(value, (list, tuple)) else [value]
    return not any(isinstance(part, pulumi.Output) or hasattr(part, "__await__") for part in parts)


def _validated(validate: Callable[..., object], *given: object) -> None:
    try:
        validate(*given)
    except InvalidInputError as error:
        raise InputError(error) from None


def as_valid(validate: Callable[[Any], object], value: object) -> Any:  # noqa: ANN401  # a value, or an output of it
    """Return what a validator makes of a value or of an output; the provider rejects what it doesn't accept."""
    if isinstance(value, pulumi.Output):
        return value.apply(lambda known: as_valid(validate, known))
    try:
        return validate(value)
    except InvalidInputError:
        return value


def refuse_options(opts: pulumi.ResourceOptions, refused: Mapping[str, Sentence]) -> None:
    """Raise `InputError` if an option of `refused` is set; the sentence says what to do."""
    for name, allowed in refused.items():
        value = getattr(opts, name, None)
        if isinstance(value, pulumi.ResourceHookBinding):  # `ResourceOptions.merge` makes an empty one
            value = any(vars(value).values())
        if value:
            raise InputError(InvalidInputError(f"opts.{name}", type(value).__name__, allowed))


def warn_of_options(name: str, opts: pulumi.ResourceOptions) -> None:
    """Warn of options that have no effect on a gate, of each once in a process."""
    idle = [option for option in _IDLE_OPTIONS if getattr(opts, option, None) and option not in _warned]
    _warned.update(idle)
    if idle:
        key = "idle option" if len(idle) == 1 else "idle options"
        pulumi.log.warn(in_stack_language(Sentence(key, options=", ".join(idle), gate=name)))


def users_line() -> Sentence:
    """Return the line of the call in the user's program: the first frame outside of this package."""
    here = f"{Path(__file__).parents[1]}{os.sep}"
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001  # inspect.stack() reads every source file
    while frame is not None and frame.f_code.co_filename.startswith(here):
        frame = frame.f_back
    return (
        Sentence("line of file", file=Path(frame.f_code.co_filename).name, number=frame.f_lineno)
        if frame is not None
        else Sentence("your program")
    )
