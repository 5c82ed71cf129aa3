"""Answers `getMigrationCheck`, which queries a check once, without a gate."""

import os

import grpc
from pulumi.runtime.proto import provider_pb2

from pulumi_tcsql_check.config import language
from pulumi_tcsql_check.config.stack_config import Stack
from pulumi_tcsql_check.engine.log import EngineLog
from pulumi_tcsql_check.languages.sentence import ENGLISH
from pulumi_tcsql_check.messages import failure
from pulumi_tcsql_check.messages.audience import PLUGIN_ALONE
from pulumi_tcsql_check.messages.listener import LinesListener
from pulumi_tcsql_check.plugin import inputs, wire
from pulumi_tcsql_check.plugin.process import Process
from pulumi_tcsql_check.reading import reader

TOKEN = "tcsql-check:index:getMigrationCheck"  # noqa: S105  # the name of a function

_ARGUMENTS = ("migrate_id", "region", "endpoint", "failed_statuses")
RESULTS = ("total", "current", "steps", "passed", "status", "migrate_id", "region")
"""The results of the function."""


class _Warnings(LinesListener):
    """Shows warnings alone: a function has no row."""

    def show(self, text: object) -> None:
        """Show nothing."""

    note = show


def query(
    request: provider_pb2.InvokeRequest, process: Process, context: grpc.ServicerContext
) -> provider_pb2.InvokeResponse:
    """Query the check once and return its result, or abort with the whole error."""
    if request.tok != TOKEN:
        context.abort(grpc.StatusCode.UNIMPLEMENTED, f"there is no function {request.tok}")
    given = wire.read(request.args)
    log = EngineLog(process.engine, "")
    chosen = ENGLISH
    try:
        chosen = language.of_stack(process.config, os.environ)
        inputs.refuse_unknown(given, _ARGUMENTS)
        props = {"region": inputs.default_region(process.config), **given.values, "wait": False}
        inputs.require_region(props["region"])
        stack = Stack(process.config, None, tuple(process.config))
        seen = reader.read(props, stack, _Warnings(log, chosen), process.cancelled, audience=PLUGIN_ALONE)
    except Exception as error:  # noqa: BLE001  # each has its text
        shown = inputs.for_the_user(error, given.secret)
        context.abort(grpc.StatusCode.UNKNOWN, failure.of_any(shown, PLUGIN_ALONE).render(chosen))
    finally:
        log.flush()
    response = provider_pb2.InvokeResponse()
    getattr(response, "return").CopyFrom(wire.write({name: seen[name] for name in RESULTS}))
    return response
