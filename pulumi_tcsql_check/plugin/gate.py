"""Answers `Construct`: registers a gate's component, and returns its outputs once the checks have passed.

The engine calls it on every preview and update, also for a gate that `--target` leaves out, and gives no dependent an
output before it has returned. No state answers in its place. (Pulumi's `pkg/resource/deploy/source_eval.go`)
"""

import os

import grpc
from google.protobuf import struct_pb2
from pulumi.runtime.proto import provider_pb2

from pulumi_tcsql_check.config import language
from pulumi_tcsql_check.config.report_folder import folder, remove_reports
from pulumi_tcsql_check.config.stack_config import Stack
from pulumi_tcsql_check.engine.log import EngineLog
from pulumi_tcsql_check.errors import StaleInputError, WaitCancelledError
from pulumi_tcsql_check.languages.sentence import ENGLISH, Language, Sentence, render
from pulumi_tcsql_check.messages import failure
from pulumi_tcsql_check.messages.audience import PLUGIN, of_gate
from pulumi_tcsql_check.messages.listener import LinesListener
from pulumi_tcsql_check.plugin import gate_starts, inputs, wire
from pulumi_tcsql_check.plugin.monitor import Monitor
from pulumi_tcsql_check.plugin.process import Process
from pulumi_tcsql_check.reading import gate_report, reader
from pulumi_tcsql_check.text import printable

_COMMON_OUTPUTS = ("total", "current", "passed", "status", "region")

OUTPUTS = {
    "tcsql-check:index:MigrationCheck": (*_COMMON_OUTPUTS, "steps", "migrate_id"),
    "tcsql-check:index:MigrationCheckGroup": (*_COMMON_OUTPUTS, "checks", "migrate_ids"),
}
"""The outputs of each component."""


class NotPassedError(Exception):
    """The wait of a gate ended without an error and without a pass; this never happens unless the package is wrong."""


def construct(
    request: provider_pb2.ConstructRequest, process: Process, context: grpc.ServicerContext
) -> provider_pb2.ConstructResponse:
    """Return the gate's outputs, or abort with one line: the gate's row has the whole error."""
    monitor = Monitor(request.monitorEndpoint)
    gate = _Gate(request, process, monitor)
    try:
        absent = monitor.left_out(request)  # a preview asks as well, so that its plan has the engine's own provider
        if absent and gate.holds:
            names = {"gate": request.name, "resource": printable(absent.rpartition("::")[2], 64)}
            context.abort(grpc.StatusCode.UNKNOWN, process.line(StaleInputError(Sentence("not in the stack", **names))))
        urn = monitor.register(request)
    except grpc.RpcError as error:
        context.abort(grpc.StatusCode.UNKNOWN, _of_the_engine(error))
    row = EngineLog(process.engine, urn)
    chosen = ENGLISH
    try:
        chosen = language.of_stack(gate.config, os.environ)
        state = gate.outputs(urn, row, chosen)
        monitor.complete(urn, state)
    except Exception as error:  # noqa: BLE001  # each has its text
        if gate.holds:
            process.end_other_waits(request.name, context)
        if isinstance(error, grpc.RpcError):
            context.abort(grpc.StatusCode.UNKNOWN, _of_the_engine(error))
        row.error(failure.of_any(gate.for_the_user(error), gate.audience).render(chosen))
        context.abort(grpc.StatusCode.UNKNOWN, render(Sentence("see the row"), chosen))
    finally:
        row.flush()
    return provider_pb2.ConstructResponse(urn=urn, state=state)


def _of_the_engine(error: grpc.RpcError) -> str:
    """Return in one line why the engine has refused a call of its monitor, such as `violates plan`."""
    return printable(str(error.details()), 300)


class _Gate:
    """One gate in one preview or update."""

    def __init__(self, request: provider_pb2.ConstructRequest, process: Process, monitor: Monitor) -> None:
        self.config = process.config_with(request.config)
        self.audience = PLUGIN
        self._request = request
        self._process = process
        self._monitor = monitor
        dependencies = {name: one.urns for name, one in request.inputDependencies.items()}
        self._given = wire.read(request.inputs, dependencies)
        self._secret = self._given.secret

    @property
    def holds(self) -> bool:
        """Whether the gate's error fails an update."""
        return not self._request.dryRun

    def outputs(self, urn: str, row: EngineLog, chosen: Language) -> struct_pb2.Struct:
        """Query the checks, wait for them in an update, and return the outputs; a preview may not know them yet."""
        request, process = self._request, self._process
        names = OUTPUTS[request.type]
        is_group = "migrate_ids" in names
        wait = not request.dryRun
        if wait:
            self._remove_reports()
        made = inputs.of_gate(self._given, self.config, process, self._monitor, is_group=is_group, wait=wait)
        listener = LinesListener(row, chosen)
        if isinstance(made, Sentence):
            listener.show(made)
            return wire.write({}, unknown=names)
        gate_starts.refuse_others(made.props, [*request.dependencies, request.parent], self._monitor)
        self._secret |= made.secret
        self.audience = of_gate(made.props, PLUGIN)
        seen = reader.read(
            made.props,
            Stack(self.config, request.project, tuple(self.config)),
            listener,
            process.cancelled,
            gate_report.Origin(urn, process.refused),
            audience=self.audience,
        )
        if wait and seen["passed"] is not True and seen["enforce"] is not False:
            raise NotPassedError
        secret = {*self._secret, *map(wire.snake, request.additionalSecretOutputs)}
        if "migrate_ids" in secret:
            secret.add("checks")  # which have the numbers, too
        return wire.write({name: seen[name] for name in names}, secret=secret)

    def for_the_user(self, error: Exception) -> Exception:
        """Return an error with the names of inputs that the engine knows, and with what ended the wait."""
        if isinstance(error, WaitCancelledError):
            return WaitCancelledError(self._process.refused())
        return inputs.for_the_user(error, self._secret)

    def _remove_reports(self) -> None:
        """Remove the report of an earlier update: this gate may be refused before it writes one."""
        reports, name = folder(os.environ, None), self._request.name
        if reports is not None and self._process.is_first(name):
            remove_reports(reports, self._request.stack, name)
