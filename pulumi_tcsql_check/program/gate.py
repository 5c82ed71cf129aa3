"""Declares a gate in a program: a read resource, and the guard that ends the program if the checks don't pass."""

import hashlib
import os
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pulumi
from pulumi.dynamic import Resource
from pulumi.dynamic.dynamic import PROVIDER_KEY, serialize_provider

from pulumi_tcsql_check.config import validation
from pulumi_tcsql_check.config.report_folder import PROJECT_INPUT, folder, remove_reports
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.program import dependencies, monitor, refusal, shutdown, starts
from pulumi_tcsql_check.program.migration_check_start import MigrationCheckStart
from pulumi_tcsql_check.program.stack import in_unit_test, line_in_stack_language, relative_project_folder
from pulumi_tcsql_check.provider import MigrationCheckProvider

monitor.observe()  # a component may be registered before the program declares its first gate

_MAY_BE_LATE = ("flow_id", "flow_ids")
"""Inputs that may be unknown in a preview, which then queries without them."""

_NUMBERS: Mapping[str, Callable[[Any], object]] = {
    "migrate_id": validation.migrate_id,
    "migrate_ids": lambda given: list(validation.migrate_ids(given)),
}
"""Convert text to numbers, so that both have one state."""

_IDS_IN_AN_ID = 8
"""How many numbers a group's id shows; a longer list becomes a digest."""

_removed: set[str] = set()
"""The gates of this process whose earlier reports were removed."""


class Gate(Resource):
    """The base of `MigrationCheck` and `MigrationCheckGroup`."""

    def __init__(
        self,
        name: str,
        given: Mapping[str, Any],
        outputs: Sequence[str],
        opts: pulumi.ResourceOptions | None,
        given_starts: Sequence[MigrationCheckStart] = (),
    ) -> None:
        """Declare the gate with its inputs, the provider's output names and its starts; raises `InputError`."""
        refusal.accept_language()
        opts = opts or pulumi.ResourceOptions()
        wait = not pulumi.runtime.is_dry_run()
        from_outputs = [key for key, value in given.items() if not refusal.is_plain(value)]
        needed = {key: refusal.accept(key, value, to_be_known=wait) for key, value in given.items()}
        ids, flow = ("migrate_ids", "flow_ids") if "migrate_ids" in given else ("migrate_id", "flow_id")
        refusal.require_flow(flow, given)
        needed[ids] = refusal.as_valid(_NUMBERS[ids], needed[ids])
        refusal.accept_reason(given)
        refusal.accept_as_many(needed.get("flow_ids"), needed[ids])
        refusal.refuse_options(opts, refusal.REFUSED_BY_GATE)
        is_real = not in_unit_test()
        if is_real:
            shutdown.prepare()
            refusal.warn_of_options(name, opts)
        # An input that is unknown in a preview makes the id unknown too, and then the engine reads nothing.
        late = [needed[key] for key in from_outputs if given_starts or key not in _MAY_BE_LATE]
        if given_starts and is_real and given["enforce"] is not False:
            late.append(starts.as_declared(given_starts))
        if from_outputs and is_real:
            late.append(pulumi.Output.from_input(starts.refuse_outputs_of_other_starts(needed, given_starts)))
        if opts.depends_on and is_real:
            late.append(pulumi.Output.from_input(starts.refuse_others(opts, needed[ids], given_starts)))
        holds = wait and is_real
        if holds:
            monitor.observe()
            late.append(pulumi.Output.from_input(dependencies.require(self, needed, opts)))
        reads = pulumi.ResourceOptions(id=_resource_id(needed[ids], needed["region"], late))
        provider = MigrationCheckProvider(uuid.uuid4().hex if holds else "")
        props = {**needed, **dict.fromkeys(outputs)}
        hidden = {"wait": wait, "from_outputs": from_outputs, **starts.hidden_inputs(given_starts)}
        if wait:
            hidden |= _prepare_report(name, removes_earlier=holds)
        super().__init__(provider, name, props | hidden, pulumi.ResourceOptions.merge(opts, reads))
        mine = vars(self)
        for key in hidden:  # a program that exports the whole gate exports its attributes
            del mine[key]
        self._settled: pulumi.Output[Any] = self.urn
        """`hold_stack` waits for it; on an up, it fails unless the gate passes."""
        if holds:
            sent = serialize_provider(provider)
            is_fresh = mine[PROVIDER_KEY].apply(lambda echoed: echoed == sent, run_with_unknowns=True)
            self._settled = guarded = shutdown.guard(name, mine["passed"], is_fresh, needed["enforce"])
            # Otherwise, under --continue-on-error, an apply on one of these would run after a refusal and could create.
            mine.update({key: shutdown.behind(guarded, mine[key]) for key in ("id", "urn", *props)})
        elif is_real:
            why = Sentence("not queried before a start" if given_starts else "not queried in preview")
            mine["passed"].apply(lambda passed: self._log_if_not_read(passed, why), run_with_unknowns=True)
        self._needed = needed | dict(_dependencies(opts))
        """What must be known before the query, by its name."""

    def _log_if_not_read(self, passed: object, why: Sentence) -> None:
        """Log in a preview why there is no forecast: Pulumi reads no gate whose id isn't known yet."""
        if pulumi.contains_unknowns(passed):
            pulumi.log.info(line_in_stack_language(why), self)


def _prepare_report(name: str, *, removes_earlier: bool) -> dict[str, str]:
    """Return the hidden input for the gate's report, and remove those of earlier updates, once for each name.

    Two gates below two components may have one name.
    """
    project = relative_project_folder(os.environ)
    reports = folder(os.environ, project)
    if removes_earlier and reports is not None and name not in _removed:
        _removed.add(name)
        remove_reports(reports, pulumi.get_stack(), name)
    return {PROJECT_INPUT: project} if project is not None else {}


def _dependencies(opts: pulumi.ResourceOptions) -> Iterator[tuple[str, object]]:
    """Yield each dependency in `opts` by name, with an output that resolves once it exists."""
    given = opts.depends_on
    for one in given if isinstance(given, (list, tuple)) else [given]:
        if isinstance(one, pulumi.Resource):
            yield f"{one.pulumi_resource_name} (depends_on)", one.urn
        elif isinstance(one, pulumi.Output):
            yield "depends_on", one
    if opts.parent is not None:
        yield f"{opts.parent.pulumi_resource_name} (parent)", opts.parent.urn


def _resource_id(
    ids: pulumi.Input[object], region: pulumi.Input[str], late: Sequence[pulumi.Input[object]]
) -> pulumi.Input[str]:
    """Compose the id once all late inputs are known; it is no secret, since the SDK cannot send a secret id."""
    if late:
        known = pulumi.Output.all(region, ids, *late)
        return pulumi.Output.unsecret(known.apply(lambda values: f"{values[0]}/{_name_of(values[1])}"))
    return f"{region}/{_name_of(ids)}"


def _name_of(ids: object) -> str:
    """Format the numbers for an id: sorted, or as a digest if they are many."""
    if not isinstance(ids, list) or not all(isinstance(number, int) for number in ids):
        return str(ids)
    name = "+".join(map(str, sorted(ids)))
    return name if len(ids) <= _IDS_IN_AN_ID else hashlib.sha256(name.encode()).hexdigest()[:32]
