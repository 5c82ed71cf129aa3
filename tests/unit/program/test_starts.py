"""A gate behind starts: its inputs, what it waits for, and a start that an update left out."""

from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from harness.error_texts import raises_sentence
from harness.mock_engine import Engine, run, take_for_real
from pulumi.runtime import mocks, rpc

from pulumi_tcsql_check import InvalidInputError, MigrationCheck, MigrationCheckGroup, MigrationCheckStart


class StartEngine(Engine):
    """An engine that makes starts, some with the outputs of an earlier update.

    Attributes:
        earlier: Outputs that replace those of every start; None removes one.
        inputs: The inputs of each resource, by its name.
        ids: The id of each gate, by its name.
    """

    def __init__(self, **earlier: object) -> None:
        """Use the outputs of an earlier update."""
        super().__init__()
        self.inputs: dict[str, dict[str, Any]] = {}
        self.ids: dict[str, str | None] = {}
        answer = self.mocks.new_resource

        def new_resource(args: mocks.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
            self.inputs[args.name], self.ids[args.name] = args.inputs, args.resource_id
            made, outputs = answer(args)
            if args.typ.endswith(":MigrationCheckStart"):
                number = args.inputs["migrate_id"]
                flow_id = number if pulumi.contains_unknowns(number) else 1000 + int(number)
                flow = {"flow_id": flow_id, "started_at": "2026-01-01T00:00:00Z"}
                changed = {**outputs, **flow, **earlier}
                outputs = {key: value for key, value in changed.items() if value is not None}
            return made, outputs

        self.mocks.new_resource = new_resource  # type: ignore[method-assign]  # records more


def start(number: int = 7, triggers: Any = ("run 2",), **given: Any) -> MigrationCheckStart:  # noqa: ANN401  # any input
    """Declare a start."""
    return MigrationCheckStart(
        f"start-{number}", migrate_id=number, triggers=triggers, **{"region": "ap-guangzhou", **given}
    )


@pytest.fixture(autouse=True)
def _real_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the package treat the mocks as a real engine."""
    take_for_real(monkeypatch)


def test_a_gate_has_the_migration_and_the_flow_of_its_start() -> None:
    """It depends on the start; its texts get the start's URN, and no time if there are triggers."""
    engine = StartEngine()
    run(engine, lambda: MigrationCheck("orders", start=start(endpoint="http://127.0.0.1:1")))
    inputs = engine.inputs["orders"]
    assert (inputs["migrate_id"], inputs["region"], inputs["flow_id"]) == (7, "ap-guangzhou", 1007)
    assert inputs["endpoint"] == "http://127.0.0.1:1"
    assert inputs["starts"]["7"].endswith("pulumi-python:dynamic/tcsql:MigrationCheckStart::start-7")
    assert inputs.get("started_at") is None
    assert sorted(inputs["from_outputs"]) == ["flow_id", "migrate_id", "region"]
    assert engine.ids["orders"] == "ap-guangzhou/7"
    assert engine.dependencies["orders"] == ["start-7"]


def test_a_preview_of_a_start_does_not_read_the_gate() -> None:
    """The flow is known once the check has been started; Pulumi reads nothing whose id is unknown."""
    engine = StartEngine(flow_id=None)
    run(engine, lambda: MigrationCheck("orders", start=start()), preview=True)
    assert engine.ids["orders"] == rpc.UNKNOWN


def test_a_group_has_the_migrations_and_flows_of_its_starts() -> None:
    """The order is that of the starts."""
    engine = StartEngine()
    run(engine, lambda: MigrationCheckGroup("wave", starts=[start(9), start(7)]))
    inputs = engine.inputs["wave"]
    assert (inputs["migrate_ids"], inputs["region"], inputs["flow_ids"]) == ([9, 7], "ap-guangzhou", [1009, 1007])
    assert engine.ids["wave"] == "ap-guangzhou/7+9"
    assert engine.dependencies["wave"] == ["start-7", "start-9"]


def test_a_gate_keeps_its_own_endpoint() -> None:
    """It is an input of the gate as well."""
    engine = StartEngine()
    run(engine, lambda: MigrationCheck("orders", start=start(), endpoint="http://127.0.0.1:2"))
    assert engine.inputs["orders"]["endpoint"] == "http://127.0.0.1:2"


@pytest.mark.parametrize("make", [list, lambda: pulumi.Output.from_input([])])
def test_a_gate_tells_when_a_start_without_triggers_was(make: Callable[[], object]) -> None:
    """Such a start may be long ago."""
    engine = StartEngine()
    run(engine, lambda: MigrationCheckGroup("wave", starts=[start(9, make()), start(7)]))
    assert engine.inputs["wave"]["started_at"] == "2026-01-01T00:00:00Z"


@pytest.mark.parametrize(
    "earlier",
    [{"triggers": ["run 1"]}, {"triggers": []}, {"migrate_id": 6}, {"region": "ap-shanghai"}],
)
@pytest.mark.parametrize("preview", [False, True])
def test_a_start_that_was_left_out_keeps_the_gate_shut(earlier: dict[str, object], *, preview: bool) -> None:
    """The engine responds with earlier outputs; the error has the URN to target, and the gate is not read."""
    engine = StartEngine(**earlier)
    with raises_sentence(
        pulumi.RunError, r"^The start start-7 has the outputs of an earlier update: .*--target urn:.*::start-7$"
    ):
        run(engine, lambda: MigrationCheck("orders", start=start()), preview=preview)
    assert engine.order == ["start-7"]


def test_a_start_that_another_class_has_written_keeps_the_gate_shut() -> None:
    """With an alias its state may have a flow and no triggers, which the SDK replaces by those declared."""
    engine = StartEngine(triggers=None, started_at=None)
    with raises_sentence(pulumi.RunError, r"^The start start-7 has the outputs of an earlier update: "):
        run(engine, lambda: MigrationCheck("orders", start=start()))
    assert engine.order == ["start-7"]


def test_each_start_of_a_group_counts() -> None:
    """One that was left out is enough."""
    engine = StartEngine(triggers=["run 2"])
    with raises_sentence(pulumi.RunError, r"^The start start-9 has the outputs of an earlier update: "):
        run(engine, lambda: MigrationCheckGroup("wave", starts=[start(7), start(9, ["run 3"])]))
    assert "wave" not in engine.order


def test_a_gate_that_is_not_enforced_is_read_all_the_same() -> None:
    """It holds nothing, and nothing fails it."""
    engine = StartEngine(triggers=["run 1"])
    run(engine, lambda: MigrationCheck("orders", start=start(), enforce=False))
    assert engine.order == ["start-7", "orders"]


def test_secret_triggers_keep_the_gate_readable() -> None:
    """The comparison is secret then; an id can't be."""
    engine = StartEngine()
    run(engine, lambda: MigrationCheck("orders", start=start(triggers=[pulumi.Output.secret("run 2")])))
    assert engine.ids["orders"] == "ap-guangzhou/7"


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize("name", ["migrate_id", "region", "flow_id"])
def test_an_output_of_a_start_that_the_gate_is_not_given_is_refused(name: str, *, preview: bool) -> None:
    """The gate could not tell whether this update left the start out; the error says to use `start=`."""
    engine = StartEngine()

    def program() -> None:
        given: dict[str, Any] = {"migrate_id": 7, "region": "ap-guangzhou", name: getattr(start(), name)}
        MigrationCheck("orders", **given)

    words = rf"^{name} is an output of the start start-7, and the gate isn't given that start: give it start or"
    with raises_sentence(pulumi.RunError, words):
        run(engine, program, preview=preview)
    assert "orders" not in engine.order


def test_a_group_must_be_given_each_start_whose_outputs_it_has() -> None:
    """An output of one in a list counts as well."""
    engine = StartEngine()

    def program() -> None:
        flows: list[pulumi.Input[int]] = [start(7).flow_id, 5]
        MigrationCheckGroup("wave", migrate_ids=[7, 9], region="ap-guangzhou", flow_ids=flows)

    with raises_sentence(pulumi.RunError, r"^flow_ids is an output of the start start-7, "):
        run(engine, program)
    assert "wave" not in engine.order


class Wrapped(pulumi.ComponentResource):
    """A component with a start in it."""

    def __init__(self) -> None:
        """Declare both."""
        super().__init__("test:Wrapped", "wrapped")
        start(opts=pulumi.ResourceOptions(parent=self))
        self.register_outputs({})


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize("make", [start, lambda: [start()], Wrapped, lambda: pulumi.Output.from_input(start())])
def test_a_start_that_is_only_in_depends_on_is_refused(make: Callable[[], Any], *, preview: bool) -> None:
    """The gate would not wait for its flow, so a pass of an earlier start would count."""
    engine = StartEngine()

    def program() -> None:
        opts = pulumi.ResourceOptions(depends_on=make())
        MigrationCheck("orders", migrate_id="7", region="ap-guangzhou", opts=opts)

    with raises_sentence(pulumi.RunError, r"^The gate depends on the start start-7 of its own migration, and isn't"):
        run(engine, program, preview=preview)
    assert "orders" not in engine.order


def test_a_group_refuses_a_start_that_is_only_in_depends_on() -> None:
    """One of its migrations is enough."""
    engine = StartEngine()

    def program() -> None:
        opts = pulumi.ResourceOptions(depends_on=[start(7), start(9)])
        MigrationCheckGroup("wave", migrate_ids=[8, pulumi.Output.from_input(9)], region="ap-guangzhou", opts=opts)

    with raises_sentence(pulumi.RunError, r"^The gate depends on the start start-9 of its own migration"):
        run(engine, program)
    assert "wave" not in engine.order


def test_a_preview_that_does_not_know_the_numbers_refuses_no_start() -> None:
    """Two unknown numbers need not be the same; the update compares them."""
    engine = StartEngine()

    def program() -> None:
        unknown: Any = pulumi.Output.from_input(7).apply(lambda _: pulumi.UNKNOWN)
        other = MigrationCheckStart("other", migrate_id=unknown, triggers=[], region="ap-guangzhou")
        opts = pulumi.ResourceOptions(depends_on=[other])
        MigrationCheck("orders", migrate_id=unknown, region="ap-guangzhou", opts=opts)

    run(engine, program, preview=True)
    assert engine.order[-1] == "orders"


def test_a_gate_may_depend_on_its_own_start_and_on_those_of_others() -> None:
    """It waits for the flow of its own, and the others are no concern of it."""
    engine = StartEngine()

    def program() -> None:
        own, other = start(7), start(9)
        MigrationCheck("orders", start=own, opts=pulumi.ResourceOptions(depends_on=[own, other]))

    run(engine, program)
    assert engine.order[-1] == "orders"


@pytest.mark.parametrize("name", ["migrate_id", "region", "flow_id"])
def test_what_a_start_gives_is_not_given_twice(name: str) -> None:
    """Two values could contradict each other."""
    given: dict[str, Any] = {name: "ap-guangzhou" if name == "region" else 7}
    with raises_sentence(InvalidInputError, rf"^{name} is 'given', but must be left out, since start gives it\. \("):
        run(StartEngine(), lambda: MigrationCheck("orders", start=start(), **given))


@pytest.mark.parametrize("name", ["migrate_ids", "region", "flow_ids"])
def test_what_starts_give_is_not_given_twice(name: str) -> None:
    """The same holds for a group."""
    given: dict[str, Any] = {name: "ap-guangzhou" if name == "region" else [7]}
    with raises_sentence(InvalidInputError, rf"^{name} is 'given', but must be left out, since starts gives it\. \("):
        run(StartEngine(), lambda: MigrationCheckGroup("wave", starts=[start()], **given))


@pytest.mark.parametrize(
    ("starts", "error"),
    [
        ([], r"^starts is 'list', but must be a list of one MigrationCheckStart or more\. \("),
        ("ab", r"^starts is 'str', but must be a list"),
        ([7], r"^starts\[0\] is 'int', but must be a MigrationCheckStart\. \("),
    ],
)
def test_a_group_needs_starts(starts: list[Any], error: str) -> None:
    """The error is at the user's line."""
    with raises_sentence(InvalidInputError, error):
        run(StartEngine(), lambda: MigrationCheckGroup("wave", starts=starts))


def test_a_gate_needs_a_start() -> None:
    """A gate is no start."""
    wrong: Any = 7
    with raises_sentence(InvalidInputError, r"^start is 'int', but must be a MigrationCheckStart\. \("):
        run(StartEngine(), lambda: MigrationCheck("orders", start=wrong))


@pytest.mark.parametrize("kind", [MigrationCheck, MigrationCheckGroup])
def test_a_gate_needs_a_migration_or_a_start(kind: type[MigrationCheck] | type[MigrationCheckGroup]) -> None:
    """The error names the input."""
    with raises_sentence(InvalidInputError, r"^migrate_ids? is None, but must be "):
        run(StartEngine(), lambda: kind("orders", region="ap-guangzhou"))


def test_the_starts_of_a_group_are_of_one_region() -> None:
    """A group queries one region."""
    engine = StartEngine()
    with raises_sentence(pulumi.RunError, r"^A group is of one region, and its starts are of the regions "):
        run(engine, lambda: MigrationCheckGroup("wave", starts=[start(7), start(9, region="ap-shanghai")]))
    assert "wave" not in engine.order


def test_a_start_under_a_users_mocks_needs_no_outputs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A unit test's mocks may return nothing."""
    monkeypatch.undo()
    engine = StartEngine(triggers=None, flow_id=None)
    run(engine, lambda: MigrationCheck("orders", start=start()))
    assert engine.order == ["start-7", "orders"]
