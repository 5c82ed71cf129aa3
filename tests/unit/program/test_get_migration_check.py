"""`get_migration_check` in a program: its result, its endpoint, its errors, and its end on Ctrl-C."""

import asyncio
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pulumi
import pytest
from harness.error_texts import in_one_line, raises_sentence
from harness.process_state import isolated_process
from harness.scripted_server import ScriptedServer, answer, reset, silence
from pulumi.runtime import mocks, settings, stack

import pulumi_tcsql_check
from pulumi_tcsql_check import (
    InvalidInputError,
    MigrationCheckResult,
    Step,
    get_migration_check,
    get_migration_check_output,
    hold_stack,
)
from pulumi_tcsql_check.config import endpoints
from pulumi_tcsql_check.config.stack_config import StackConfig
from pulumi_tcsql_check.credentials import connection
from pulumi_tcsql_check.emulator import DUMMY_SECRET_ID, DUMMY_SECRET_KEY, Emulator, parse
from pulumi_tcsql_check.errors import CredentialsError, PermanentError, TcsqlCheckError, TransientError
from pulumi_tcsql_check.model.endpoint import Endpoint
from pulumi_tcsql_check.program import shutdown
from pulumi_tcsql_check.program.get_migration_check import QueryError
from pulumi_tcsql_check.reading import watches

HERE = Path(__file__).name
ODD = parse(
    b"""{
        "steps": [{"name": "one", "message": "Check it."}],
        "migrations": {"1": [{"kind": "progress", "statuses": [7]}]}
    }""",
    name="test",
)
NOBODY = parse(b'{"migrations": {"2": [{"kind": "reset"}]}}', name="test")
BODY = '{"Response":{"TotalStep":0,"CurrentStep":0,"StepDetails":[],"RequestId":"r"}}'
WHERE = "ap-guangzhou"


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Act as a program without an engine, with the emulator's keys as the only credentials."""
    monkeypatch.setattr(shutdown, "prepare", lambda: None)
    for name in ("TENCENTCLOUD_REGION", "PULUMI_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    pulumi.runtime.config.CONFIG.set({})
    settings.reset_options(project="a-test", stack="test")
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    with isolated_process(monkeypatch, tmp_path):
        yield
    pulumi.runtime.config.CONFIG.set({})
    settings.reset_options()
    loop.close()
    asyncio.set_event_loop(None)


def resolve(output: pulumi.Output[Any]) -> Any:  # noqa: ANN401  # an output of any type
    """Wait for an output."""
    return asyncio.get_event_loop().run_until_complete(output.future(with_unknowns=True))


def here(below: int) -> str:
    """Return the end of an error raised this many lines below this call."""
    return f" ({HERE}, line {sys._getframe(1).f_lineno + below})"


def test_the_plain_form_returns_a_typed_result() -> None:
    """The result has the gate's outputs as fields, with integers as ints and steps as `Step`."""
    with Emulator("pass") as emulator:
        seen = get_migration_check(1066, WHERE, endpoint=emulator.url)
    assert isinstance(seen, MigrationCheckResult)
    assert (seen.total, seen.current, seen.passed, seen.status) == (8, 8, True, "passed")
    assert (seen.migrate_id, seen.region) == (1066, WHERE)
    assert type(seen.total) is type(seen.migrate_id) is int
    assert all(isinstance(step, Step) for step in seen.steps)
    assert [step.state for step in seen.steps] == ["passed"] * 8
    assert seen.steps[3].name == "Character set check"
    assert set(seen) == {"total", "current", "steps", "passed", "status", "migrate_id", "region"}


def test_the_output_form_returns_the_same_result_and_lifts_its_fields() -> None:
    """Inputs may be outputs, text among them, and each field is an output of its own."""
    with Emulator("pass") as emulator:
        number = pulumi.Output.from_input("1066")
        seen = get_migration_check_output(number, WHERE, endpoint=pulumi.Output.from_input(emulator.url))
        assert isinstance(resolve(seen), MigrationCheckResult)
        assert resolve(seen.total) == 8
        assert isinstance(resolve(seen.steps[0]), Step)


def test_a_failed_check_is_a_result() -> None:
    """No error is raised, and the codes in `failed_statuses` are named."""
    with Emulator(ODD) as emulator:
        seen = get_migration_check("1", WHERE, endpoint=emulator.url, failed_statuses=(7,))
        assert (seen.passed, seen.status, seen.steps[0].state) == (False, "failed", "failed")
        assert get_migration_check(1, WHERE, endpoint=emulator.url).status == "running"
        codes: Any = [pulumi.Output.from_input(7)]
        later = get_migration_check_output(1, WHERE, endpoint=emulator.url, failed_statuses=codes)
        assert resolve(later).status == "failed"


def test_a_read_is_one_request_and_does_not_wait() -> None:
    """A check without steps is returned too."""
    with ScriptedServer(answer(BODY)) as server:
        seen = get_migration_check(1066, WHERE, endpoint=f"http://{server.host}")
    assert (seen.status, seen.passed, seen.steps) == ("unknown", False, [])
    assert len(server.requests) == 1


def test_a_read_retries_transient_errors_for_a_short_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a preview, a broken connection is retried, and the last error ends the read."""
    with ScriptedServer(reset, answer(BODY)) as server:
        assert get_migration_check(1066, WHERE, endpoint=f"http://{server.host}").status == "unknown"
    assert len(server.requests) == 2
    monkeypatch.setattr(watches, "ONCE_SECONDS", 0.03)
    with (
        ScriptedServer(reset) as server,
        raises_sentence(QueryError, r"^migration check 1066 .*\sno\sresponse\s") as caught,
    ):
        get_migration_check(1066, WHERE, endpoint=f"http://{server.host}")
    assert isinstance(caught.value.__cause__, TransientError)


def test_another_endpoint_than_tencents_is_named_in_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    """The warning is the gate's, appears once for each call, and is on the stack's own row."""
    with Emulator("pass") as emulator:
        get_migration_check(1066, WHERE, endpoint=emulator.url)
        sentence = f"migration check 1066 ({WHERE}) is queried at\n  {emulator.url}, which is not Tencent Cloud."
        assert capsys.readouterr() == ("", f"warning: {sentence}\n")


def test_region_endpoint_and_credentials_come_from_the_stacks_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    """They have the same sources as a gate's."""
    monkeypatch.delenv("TENCENTCLOUD_SECRET_ID")
    monkeypatch.delenv("TENCENTCLOUD_SECRET_KEY")
    with Emulator("pass") as emulator:
        pulumi.runtime.set_all_config(
            {
                "tcsql-check:endpoint": emulator.url,
                "tencentcloud:region": "ap-tokyo",
                "tencentcloud:secretId": DUMMY_SECRET_ID,
                "tencentcloud:secretKey": DUMMY_SECRET_KEY,
            },
            ["tencentcloud:secretKey"],
        )
        assert get_migration_check(1066).region == "ap-tokyo"
        assert resolve(get_migration_check_output(1066)).region == "ap-tokyo"


def test_no_environment_variable_chooses_the_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pulumi's SDK takes a key that the stack doesn't set from the environment; a read doesn't."""
    chosen = endpoints.choose

    def choose(given: Endpoint | None, config: StackConfig, region: str) -> Endpoint:
        found = chosen(given, config, region)
        return Endpoint("http", tencent.host) if found.is_tencent else found

    with ScriptedServer(answer(BODY)) as stand_in, ScriptedServer(answer(BODY)) as tencent:
        monkeypatch.setenv("PULUMI_CONFIG_TCSQL_CHECK_ENDPOINT", f"http://{stand_in.host}")
        monkeypatch.setenv("PULUMI_CONFIG", f'{{"tcsql-check:endpoint": "http://{stand_in.host}"}}')
        monkeypatch.setattr(endpoints, "choose", choose)
        assert pulumi.Config("tcsql-check").get("endpoint") == f"http://{stand_in.host}"
        get_migration_check(1066, WHERE)
    assert (len(stand_in.requests), len(tencent.requests)) == (0, 1)


def test_an_error_of_the_api_has_the_users_line() -> None:
    """It is an error of this package and of Pulumi, with the gate's text."""
    with Emulator(NOBODY) as emulator:
        ends = here(+2)
        with pytest.raises(QueryError) as caught:
            get_migration_check(1066, WHERE, endpoint=emulator.url)
        assert isinstance(caught.value, pulumi.RunError)
        assert isinstance(caught.value, TcsqlCheckError)
        assert isinstance(caught.value.__cause__, PermanentError)
        assert in_one_line(caught.value).startswith(
            f"migration check 1066 ({WHERE}): {emulator.url} answered ResourceNotFound"
        )
        assert in_one_line(caught.value).endswith(f"{ends} Code: not-found")

        later, ends = get_migration_check_output(1066, WHERE, endpoint=emulator.url), here(0)
        with pytest.raises(QueryError) as caught:
            resolve(later)
        assert in_one_line(caught.value).endswith(f"{ends} Code: not-found")


def test_missing_credentials_are_one_error_without_a_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """The text is the gate's."""
    monkeypatch.delenv("TENCENTCLOUD_SECRET_ID")
    monkeypatch.delenv("TENCENTCLOUD_SECRET_KEY")
    with ScriptedServer(reset) as server, raises_sentence(QueryError, r"^No Tencent Cloud credentials") as caught:
        get_migration_check(1066, WHERE, endpoint=f"http://{server.host}")
    assert isinstance(caught.value.__cause__, CredentialsError)
    assert server.requests == []


@pytest.mark.parametrize(
    "environ",
    [
        {"PULUMI_OPTION_CONFIG": "tcsql-check:endpoint=http://127.0.0.1:1"},
        {"PULUMI_OPTION_CONFIG_FILE": "Pulumi.other.yaml"},
    ],
)
def test_a_variable_that_may_have_chosen_the_endpoint_is_refused_at_the_users_own_line(
    monkeypatch: pytest.MonkeyPatch, environ: dict[str, str]
) -> None:
    """A program may decide by the result, so a stand-in that a variable chose gets no request."""
    (name, value) = environ.popitem()
    monkeypatch.setenv(name, value)
    with ScriptedServer(reset) as server:
        pulumi.runtime.config.CONFIG.set({"tcsql-check:endpoint": f"http://{server.host}"})
        ends = here(+2)
        with raises_sentence(InvalidInputError, rf"^{name} is ") as refused:
            get_migration_check(1066, WHERE)
        assert in_one_line(refused.value).endswith(ends)
    assert server.requests == []


def test_an_unexpected_error_is_shown_without_its_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """The text may contain a secret."""
    nothing: dict[str, Any] = {}
    monkeypatch.setattr(connection, "choose", lambda *_, **__: nothing["a secret"])
    ends = here(+2)
    with pytest.raises(QueryError) as caught:
        get_migration_check(1066, WHERE, endpoint="http://127.0.0.1:9")
    assert in_one_line(caught.value) == (
        f"The check could not be queried: that failed with an unexpected error (KeyError).{ends}"
    )


def test_a_missing_library_is_one_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the library, and says how to install it again."""
    monkeypatch.delattr(pulumi_tcsql_check.reading, "reader")
    monkeypatch.setitem(sys.modules, "pulumi_tcsql_check.reading.reader", None)
    with pytest.raises(QueryError) as caught:
        get_migration_check(1066, WHERE, endpoint="http://127.0.0.1:9")
    loaded = r"can't be loaded \(.*reading.*\)\. `pip check` names .* again\. \("
    assert re.search(loaded, in_one_line(caught.value))
    assert isinstance(caught.value, pulumi.RunError)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("migrate_id", value) for value in (0, 1.5, "x", "01", True, None)),
        *(("endpoint", value) for value in ("https://a.example/path", "http://a.example")),
        *(("failed_statuses", value) for value in ([0], "12")),
        ("region", ""),
        ("region", None),
    ],
)
def test_a_bad_plain_value_is_refused_at_the_users_own_line(name: str, value: object) -> None:
    """Both forms refuse it at once, and no request is sent."""
    given: dict[str, Any] = {"migrate_id": 1066, "region": WHERE, name: value}
    for function in (get_migration_check, get_migration_check_output):
        ends = here(+2)
        with pytest.raises(InvalidInputError) as refused:
            function(**given)
        assert isinstance(refused.value, pulumi.RunError)
        assert refused.value.name == name
        assert in_one_line(refused.value).endswith(ends)


def test_the_plain_form_refuses_outputs_and_names_the_other_form() -> None:
    """The plain form can't wait for an output."""
    number: Any = pulumi.Output.from_input(1066)
    with raises_sentence(InvalidInputError, "a plain value here; get_migration_check_output takes outputs"):
        get_migration_check(number, WHERE)


def test_a_bad_value_from_an_output_is_refused_once_it_is_known() -> None:
    """The error has the line of the call, despite Pulumi's frames in between, and no request is sent."""
    with ScriptedServer(reset) as server:
        bad = pulumi.Output.from_input(1.5)
        endpoint = f"http://{server.host}"
        later, ends = get_migration_check_output(bad, WHERE, endpoint=endpoint), here(0)  # type: ignore[arg-type]  # the mistake
        with raises_sentence(InvalidInputError, f"^migrate_id is 1.5, .*{re.escape(ends)}$"):
            resolve(later)
    assert server.requests == []


def test_an_unknown_input_gives_an_unknown_result_without_a_request() -> None:
    """This happens in a preview that would create the migration."""
    unknown: pulumi.Output[int] = pulumi.Output.from_input(1066).apply(lambda _: pulumi.UNKNOWN)  # type: ignore[arg-type, return-value]  # an unknown output
    with ScriptedServer(reset) as server:
        later = get_migration_check_output(unknown, WHERE, endpoint=f"http://{server.host}")
        assert asyncio.get_event_loop().run_until_complete(later.is_known()) is False
    assert server.requests == []


def test_the_output_form_does_not_block_the_event_loop() -> None:
    """The result comes only after the program's event loop has run something else."""
    released = threading.Event()
    went_on: list[bool] = []

    def reply(connection: socket.socket, stopped: threading.Event) -> None:
        went_on.append(released.wait(5))
        answer(BODY)(connection, stopped)

    async def both(server: ScriptedServer) -> MigrationCheckResult | None:
        later = get_migration_check_output(1066, WHERE, endpoint=f"http://{server.host}")
        asyncio.get_running_loop().call_later(0.01, released.set)
        return await later.future()

    with ScriptedServer(reply) as server:
        asyncio.get_event_loop().run_until_complete(both(server))
    assert went_on == [True]


class Answers(mocks.Mocks):
    """A unit test's mocks, which record the calls."""

    def __init__(self, **fields: object) -> None:
        """Return this from every call."""
        self.fields = fields
        self.seen: list[mocks.MockCallArgs] = []

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        """Create nothing."""
        raise NotImplementedError(args.typ)

    def call(self, args: mocks.MockCallArgs) -> Any:  # noqa: ANN401  # Pulumi accepts a dict too
        """Record the call, and return the result."""
        self.seen.append(args)
        return self.fields


def test_under_mocks_the_mock_gives_the_result_without_a_request() -> None:
    """As for Pulumi's functions, `call` gets the token and the inputs, and its result has the documented types."""
    step = {"name": "one", "status": 0, "state": "passed", "message": ""}
    answers = Answers(total=1, current=1, passed=True, status="passed", steps=[step])
    mocks.set_mocks(answers, preview=False)
    asyncio.get_event_loop().run_until_complete(stack.wait_for_rpcs())
    with ScriptedServer(reset) as server:
        endpoint = f"http://{server.host}"
        plain = get_migration_check("1066", WHERE, endpoint=endpoint, failed_statuses=[7])
        later = resolve(get_migration_check_output(pulumi.Output.from_input(1066), WHERE, endpoint=endpoint))
    assert server.requests == []
    assert [call.token for call in answers.seen] == ["tcsql:index:getMigrationCheck"] * 2
    assert answers.seen[0].args == {
        "migrate_id": "1066",
        "region": WHERE,
        "endpoint": endpoint,
        "failed_statuses": [7],
    }
    assert answers.seen[1].args["migrate_id"] == 1066
    for seen in (plain, later):
        assert isinstance(seen, MigrationCheckResult)
        assert (seen.total, type(seen.total), seen.passed, seen.status) == (1, int, True, "passed")
        assert isinstance(seen.steps[0], Step)


def test_under_mocks_an_omitted_field_is_none() -> None:
    """A unit test may omit fields that it doesn't use; bad plain values are still refused."""
    mocks.set_mocks(Answers(), preview=False)
    seen: Any = get_migration_check(1066, WHERE)
    assert (seen.passed, seen.steps, seen.status) == (None, None, None)
    with pytest.raises(InvalidInputError):
        get_migration_check(0, WHERE)


def test_a_result_is_no_gate() -> None:
    """`hold_stack` doesn't take one."""
    seen: Any = MigrationCheckResult(
        total=1, current=1, steps=[], passed=True, status="passed", migrate_id=1, region=WHERE
    )
    with raises_sentence(
        TypeError,
        "and was given MigrationCheckResult",
    ):
        hold_stack(seen)


FORMS = {
    "plain": "get_migration_check(1066, 'ap-guangzhou', endpoint=sys.argv[1])",
    "output": "asyncio.new_event_loop().run_until_complete(later())",
    "output where SIGINT is the program's": (
        "signal.signal(signal.SIGINT, lambda *which: signal.default_int_handler(*which)); "
        "asyncio.new_event_loop().run_until_complete(later())"
    ),
}
PROGRAM = """
import asyncio, signal, sys
from pulumi_tcsql_check import get_migration_check, get_migration_check_output
async def later():
    await get_migration_check_output(1066, 'ap-guangzhou', endpoint=sys.argv[1]).future()
try:
    {form}
finally:
    print("finally", flush=True)
"""


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_ctrl_c_ends_a_read_from_a_silent_server_at_once(tmp_path: Path, form: str) -> None:
    """The program's own `finally` runs, no response is awaited, and no traceback is printed."""
    with ScriptedServer(silence) as server:
        command = [sys.executable, "-c", PROGRAM.format(form=form), f"http://{server.host}"]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path
        ) as process:
            while not server.requests and process.poll() is None:
                threading.Event().wait(0.01)
            began = time.monotonic()
            process.send_signal(signal.SIGINT)
            out, errors = process.communicate()
    assert time.monotonic() - began < 3
    assert process.returncode in (shutdown.INTERRUPTED, -signal.SIGINT)
    assert out == "finally\n"
    assert "Traceback" not in errors
