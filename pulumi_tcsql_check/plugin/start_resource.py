"""Answers the calls about `MigrationCheckStart`, which the engine creates, changes and forgets like any resource."""

import os
from collections.abc import Callable, Mapping
from typing import Any

import grpc
from google.protobuf import struct_pb2
from pulumi.runtime.proto import provider_pb2

from pulumi_tcsql_check.config import language, validation
from pulumi_tcsql_check.config.stack_config import Stack
from pulumi_tcsql_check.engine.log import EngineLog
from pulumi_tcsql_check.errors import InvalidInputError
from pulumi_tcsql_check.languages.sentence import ENGLISH, Sentence
from pulumi_tcsql_check.messages import failure
from pulumi_tcsql_check.messages.audience import PLUGIN_ALONE
from pulumi_tcsql_check.messages.listener import LinesListener
from pulumi_tcsql_check.plugin import inputs, wire
from pulumi_tcsql_check.plugin.process import Process
from pulumi_tcsql_check.starting import resource

_AS_STORED: Mapping[str, Callable[[Any], object]] = {
    "migrate_id": validation.migrate_id,
    "region": validation.region,
    "triggers": lambda given: list(validation.triggers(given)),
}
"""Validates each required input, and returns it as the outputs have it."""

_KNOWN_LATER = ("flow_id", "endpoint", "started_at")


def check(request: provider_pb2.CheckRequest, process: Process) -> provider_pb2.CheckResponse:
    """Validate the inputs, add the configured region, and remember what the program declares, for the gate."""
    given = wire.read(request.news)
    values = {"region": inputs.default_region(process.config), **given.values}
    declared, failures = dict(values), []
    for name in dict.fromkeys([*_AS_STORED, *given.values]):
        if name in given.unknown:
            continue
        try:
            declared[name] = _accept(name, values.get(name))
        except InvalidInputError as error:
            reason = process.line(inputs.for_the_user(error, given.secret))
            failures.append(provider_pb2.CheckFailure(property=wire.camel(name), reason=reason))
    process.declared[request.urn] = declared
    accepted = struct_pb2.Struct()
    accepted.CopyFrom(request.news)
    if "region" not in accepted.fields:
        accepted.update({"region": values["region"]})
    return provider_pb2.CheckResponse(inputs=accepted, failures=failures)


def _accept(name: str, value: object) -> object:
    """Validate an input, and return it as the outputs have it."""
    if name == "region":
        inputs.require_region(value)
    if name in _AS_STORED:
        return _AS_STORED[name](value)
    if name == "endpoint":
        validation.endpoint(value)
        return value
    raise InvalidInputError(name, "given", Sentence("no such input"))


def diff(request: provider_pb2.DiffRequest) -> provider_pb2.DiffResponse:
    """Return whether to start the check: again for other triggers, or as another resource for another migration.

    Another endpoint alone starts nothing.

    Raises:
        InvalidInputError: The engine is to ignore a change of an input that the gate relies on.
    """
    for path in request.ignoreChanges:
        if not path.startswith("endpoint"):
            raise InvalidInputError("ignoreChanges", path, Sentence("not ignored"))
    old, new = wire.read(request.olds).values, wire.read(request.news)
    changed = [
        name
        for name, as_stored in _AS_STORED.items()
        if name in new.unknown or as_stored(new.values.get(name)) != old.get(name)
    ]
    changes = provider_pb2.DiffResponse.DIFF_SOME if changed else provider_pb2.DiffResponse.DIFF_NONE
    replaces = [wire.camel(name) for name in changed if name != "triggers"]
    return provider_pb2.DiffResponse(changes=changes, replaces=replaces, diffs=[wire.camel(name) for name in changed])


def start(
    urn: str, properties: struct_pb2.Struct, process: Process, context: grpc.ServicerContext, *, preview: bool
) -> struct_pb2.Struct:
    """Start the check and return the outputs, or abort with the whole error; a preview starts nothing."""
    given = wire.read(properties)
    if preview:
        known = {name: as_stored(given.values[name]) for name, as_stored in _AS_STORED.items() if name in given.values}
        return wire.write(known, secret=given.secret, unknown={*given.unknown & {*_AS_STORED}, *_KNOWN_LATER})
    log = EngineLog(process.engine, urn)
    chosen = ENGLISH
    try:
        chosen = language.of_stack(process.config, os.environ)
        stack = Stack(process.config, urn.split("::")[1], tuple(process.config))
        listener = LinesListener(log, chosen)
        outputs = resource.start(urn, given.values, stack, listener, process.interrupted)
    except Exception as error:  # noqa: BLE001  # each has its text
        shown = inputs.for_the_user(error, given.secret)
        process.end_other_waits(urn.rpartition("::")[2], context)
        context.abort(grpc.StatusCode.UNKNOWN, failure.of_any(shown, PLUGIN_ALONE, "start").render(chosen))
    finally:
        log.flush()
    return wire.write(outputs, secret=given.secret)


def id_of(outputs: struct_pb2.Struct) -> str:
    """Return the id of a start: its region and its migration's number."""
    values = wire.read(outputs).values
    return f"{values.get('region')}/{int(values['migrate_id'])}" if "migrate_id" in values else ""
