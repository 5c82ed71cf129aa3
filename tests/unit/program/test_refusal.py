"""The inputs and options that a gate refuses, and the line that the error names."""

import _thread
import asyncio
import inspect
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pytest
from harness.error_texts import in_one_line, raises_sentence
from harness.mock_engine import Engine, check, record, run, take_for_real

from pulumi_tcsql_check import MigrationCheck, MigrationCheckGroup
from pulumi_tcsql_check.config import own_keys
from pulumi_tcsql_check.program import refusal


@pytest.mark.parametrize("option", ["provider", "providers"])
def test_a_provider_is_refused(option: str) -> None:
    """A gate has its own provider, and can't be registered with another."""
    engine = Engine()

    def program() -> None:
        provider = pulumi.ProviderResource("tencentcloud", "mine")
        given: Any = {"provider": provider, "providers": [provider]}[option]
        check("orders", opts=pulumi.ResourceOptions(**{option: given}))

    with raises_sentence(pulumi.RunError, rf"^opts\.{option} is .*the gate has a provider of its own\. \("):
        run(engine, program)
    assert engine.order == ["mine"]


def test_options_without_effect_on_a_read_are_accepted() -> None:
    """The engine never changes or deletes a resource that it only reads, so these options are harmless."""
    engine = Engine()

    def program() -> None:
        above = record("above")
        check(
            "orders",
            opts=pulumi.ResourceOptions(
                protect=True,
                aliases=[pulumi.Alias(name="was")],
                ignore_changes=["region"],
                retain_on_delete=True,
                delete_before_replace=True,
                replace_on_changes=["region"],
                deleted_with=above,
                additional_secret_outputs=["steps"],
                parent=above,
                depends_on=[above],
            ),
        )

    run(engine, program)
    assert engine.order == ["above", "orders"]
    assert engine.dependencies["orders"] == ["above"]


def unknown() -> pulumi.Output[Any]:
    """Return an unknown output, as of a resource that is left out of an update or not created yet in a preview."""
    loop = asyncio.get_running_loop()
    value, known = loop.create_future(), loop.create_future()
    value.set_result(None)
    known.set_result(False)
    return pulumi.Output(set(), value, known)


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("migrate_id", unknown),
        ("region", unknown),
        ("timeout_seconds", unknown),
        ("failed_statuses", lambda: [unknown()]),
    ],
)
def test_an_unknown_input_is_refused_only_in_an_update(name: str, make: Callable[[], Any]) -> None:
    """In an update one error names it, and the gate isn't registered; in a preview it may become known later."""
    plain: dict[str, Any] = {"migrate_id": 1066, "region": "ap-guangzhou"}
    engine = Engine()
    with raises_sentence(pulumi.RunError, rf"^{name} of the gate is not known in this update: the resource that "):
        run(engine, lambda: _declare({**plain, name: make()}))
    assert engine.order == []
    run(engine, lambda: _declare({**plain, name: make()}), preview=True)
    assert engine.order == ["orders"]


def _declare(given: dict[str, Any]) -> None:
    MigrationCheck("orders", **given)


def test_a_folder_with_a_similar_name_is_the_users_own() -> None:
    """The line is the first one outside this package's folder, not outside every folder that begins like it."""
    package = Path(refusal.__file__).parents[1]
    program = compile("\n\nraise NotAGateError('No.')", f"{package}_program/__main__.py", "exec")
    with raises_sentence(TypeError, r"^No\. \(__main__\.py, line 3\)$"):
        exec(program, {"NotAGateError": refusal.NotAGateError})


def test_a_call_without_a_file_is_refused_without_a_line() -> None:
    """A thread that calls the package directly has no line of the user's."""
    errors: list[refusal.NotAGateError] = []
    _thread.start_new_thread(errors.extend, (map(refusal.NotAGateError, ["No."]),))
    deadline = time.monotonic() + 10
    while not errors and time.monotonic() < deadline:
        time.sleep(0.001)
    assert [str(error) for error in errors] == ["No. (your program)"]


def test_options_without_effect_on_a_gate_are_named_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A component passes its own options on, so the gate is declared, and one warning names each option."""
    take_for_real(monkeypatch)
    monkeypatch.setattr(refusal, "_warned", set())
    engine = Engine()

    def program() -> None:
        given = pulumi.ResourceOptions(protect=True, ignore_changes=["x"], depends_on=[], version="1.0.0")
        check("first", opts=given)
        check("second", opts=pulumi.ResourceOptions.merge(given, pulumi.ResourceOptions(retain_on_delete=True)))
        check("third", opts=given)

    run(engine, program)
    assert sorted(engine.order) == ["first", "second", "third"]
    assert [message for message in map(in_one_line, caplog.messages) if "no effect on the gate" in message] == [
        "ignore_changes, protect have no effect on the gate first, since Pulumi only reads it.",
        "retain_on_delete has no effect on the gate second, since Pulumi only reads it.",
    ]


def test_every_option_of_the_sdk_is_classified() -> None:
    """A gate supports it, refuses it, or warns of it, so that a new option of the SDK fails this test."""
    honoured = {
        "additional_secret_outputs",
        "depends_on",
        "parent",
        "plugin_download_url",
        "transformations",
        "version",
    }
    known = honoured | set(refusal.REFUSED_BY_GATE) | set(refusal._IDLE_OPTIONS)
    assert set(inspect.signature(pulumi.ResourceOptions).parameters) == known


def test_a_preview_that_does_not_read_a_gate_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Such a gate has no outputs; for one that is read there is no message."""
    take_for_real(monkeypatch)
    caplog.set_level(logging.INFO)

    def program() -> None:
        check("read")
        check("not-read")

    engine = Engine()
    engine.left_out.add("not-read")
    run(engine, program, preview=True)
    said = "not queried in this preview: an input or a dependency is known only in the update"
    assert [message for message in map(in_one_line, caplog.messages) if message == said] == [said]


def late(value: object) -> Any:  # noqa: ANN401  # an output of any type
    """Make an output; only inside a program, whose event loop it belongs to."""
    return pulumi.Output.from_input(value)


def require_flow(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """Set `requireFlow` in the stack's configuration."""
    monkeypatch.setitem(pulumi.runtime.config.CONFIG.get(), own_keys.REQUIRE_FLOW, value)


@pytest.mark.parametrize(
    ("name", "declare"),
    [
        ("flow_id", lambda: check("orders")),
        ("flow_id", lambda: check("orders", enforce=late(value=False))),
        ("flow_ids", lambda: MigrationCheckGroup("orders", migrate_ids=[1, 2], region="ap-guangzhou")),
    ],
)
@pytest.mark.parametrize("preview", [False, True])
def test_a_gate_without_a_required_flow_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, declare: Callable[[], object], *, preview: bool
) -> None:
    """This happens at its line, in a preview and in an update, and the gate is not registered."""
    require_flow(monkeypatch, "true")
    engine = Engine()
    sentence = (
        rf"^{name} is None, but must be given, since tcsql-check:requireFlow is true in this stack's configuration\. "
        r"\(test_refusal\.py, line "
    )
    with raises_sentence(
        pulumi.RunError, sentence if name == "flow_ids" else sentence.replace("test_refusal", "mock_engine")
    ):
        run(engine, declare, preview=preview)
    assert engine.order == []


@pytest.mark.parametrize(
    ("value", "inputs"),
    [
        ("true", lambda: {"flow_id": 1001}),
        ("true", lambda: {"flow_id": late(1001)}),
        ("true", lambda: {"enforce": False}),
        ("false", dict),
        ("", dict),
    ],
)
def test_a_gate_with_a_flow_or_without_enforcement_meets_the_requirement(
    monkeypatch: pytest.MonkeyPatch, value: str, inputs: Callable[[], dict[str, Any]]
) -> None:
    """Without the requirement, every gate is declared."""
    require_flow(monkeypatch, value)
    engine = Engine()
    run(engine, lambda: check("orders", **inputs()))
    assert engine.order == ["orders"]


def test_a_requirement_that_is_neither_true_nor_false_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A typing error must not switch it off."""
    require_flow(monkeypatch, "yes")
    engine = Engine()
    with raises_sentence(pulumi.RunError, r"^tcsql-check:requireFlow is 'yes', but must be true or false\. \("):
        run(engine, lambda: check("orders", flow_id=1001))
    assert engine.order == []


def test_a_reason_for_an_enforced_gate_is_refused_at_its_line() -> None:
    """Both constructors take a reason; an output is validated by the provider."""
    engine = Engine()
    with raises_sentence(pulumi.RunError, r"^reason is 'why', but must be left out unless enforce is false\. \("):
        run(engine, lambda: check("orders", reason="why"))
    assert engine.order == []

    def program() -> None:
        check("orders", reason="why", enforce=False)
        check("others", reason="why", enforce=late(value=True))
        MigrationCheckGroup("wave", migrate_ids=[1, 2], region="ap-guangzhou", reason="why", enforce=False)

    run(engine, program)
    assert sorted(engine.order) == ["orders", "others", "wave"]
