"""No secret shows, for any source of credentials, any end of a wait, and any level of logging.

`harness/marked_credentials.py` defines the values and the search; `conftest.py` searches after each test.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from harness import marked_credentials
from harness.emulated_services import make_role_arn
from harness.fault_cases import EVERYTHING_AT_ONCE
from harness.sandbox import BuildSandbox, Sandbox

from pulumi_tcsql_check.emulator import ACCOUNT_ID

MIGRATIONS, TALKATIVE = range(1, 11), range(11, 14)
"""Those of the scenario `every-end`; for the last three the API's responses contain the marked id and token."""

LOUD = ("-v=9", "--logtostderr", "--logflow")

Source = Callable[[Sandbox], set[str]]
"""Gives the stack its credentials, and returns the files that then contain them."""


def from_the_environment(sandbox: Sandbox) -> set[str]:
    """Keep the sandbox's environment."""
    del sandbox
    return set()


def from_the_stacks_configuration(sandbox: Sandbox) -> set[str]:
    """Encrypt them into the configuration."""
    forget(sandbox)
    sandbox.stack.set_secret("tencentcloud:secretId", marked_credentials.SECRET_ID)
    sandbox.stack.set_secret("tencentcloud:secretKey", marked_credentials.SECRET_KEY)
    sandbox.stack.set_secret("tencentcloud:securityToken", marked_credentials.TOKEN)
    return set()


def from_the_sdks_file(sandbox: Sandbox) -> set[str]:
    """Write the SDK's own file."""
    forget(sandbox)
    lines = (
        "[default]",
        f"secret_id={marked_credentials.SECRET_ID}",
        f"secret_key={marked_credentials.SECRET_KEY}",
        f"token={marked_credentials.TOKEN}",
    )
    return write(sandbox, ".tencentcloud/credentials", "\n".join(lines))


def from_the_command_lines_file(sandbox: Sandbox) -> set[str]:
    """Write the Tencent CLI's file."""
    forget(sandbox)
    names = ("secretId", "secretKey", "token")
    held = dict(
        zip(names, (marked_credentials.SECRET_ID, marked_credentials.SECRET_KEY, marked_credentials.TOKEN), strict=True)
    )
    return write(sandbox, ".tccli/default.credential", json.dumps(held))


def from_a_role_that_is_assumed(sandbox: Sandbox) -> set[str]:
    """Assume a role with the environment's credentials."""
    sandbox.emulate_services()
    role = {
        "TENCENTCLOUD_ASSUME_ROLE_ARN": make_role_arn(ACCOUNT_ID),
        "TENCENTCLOUD_ASSUME_ROLE_SESSION_NAME": "deploy",
        "TENCENTCLOUD_ASSUME_ROLE_EXTERNAL_ID": marked_credentials.TOKEN,
    }
    sandbox.stack.environ |= role
    return set()


def from_the_instance(sandbox: Sandbox) -> set[str]:
    """Get the role's credentials from the instance metadata."""
    forget(sandbox)
    sandbox.emulate_services()
    sandbox.stack.environ["TENCENTCLOUD_CAM_ROLE_NAME"] = "emulated"
    return set()


def from_the_pod(sandbox: Sandbox) -> set[str]:
    """Exchange the pod's identity, which is one of the markers."""
    forget(sandbox)
    sandbox.emulate_services()
    given = write(sandbox, "identity", marked_credentials.TOKEN)
    sandbox.stack.environ |= {
        "TKE_REGION": "ap-guangzhou",
        "TKE_PROVIDER_ID": "OIDC",
        "TKE_WEB_IDENTITY_TOKEN_FILE": f"{sandbox.stack.environ['HOME']}/identity",
        "TKE_ROLE_ARN": make_role_arn(ACCOUNT_ID),
    }
    return given


def forget(sandbox: Sandbox) -> None:
    """Remove the credentials from the environment."""
    for name in marked_credentials.ENVIRON:
        del sandbox.stack.environ[name]


def write(sandbox: Sandbox, name: str, text: str) -> set[str]:
    """Write a file below the user's home, and return its path relative to the test's folder."""
    path = Path(sandbox.stack.environ["HOME"], name)
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return {f"home/{name}"}


@pytest.mark.parametrize(
    ("program", "name", "given"),
    [
        ("gate", "orders", {"migrate_id": 1, "flow_id": 1001}),
        pytest.param("wave", "wave-1", {"migrate_ids": [1, 2], "flow_ids": [1001, 1002]}, marks=pytest.mark.thorough),
    ],
)
def test_every_input_may_be_a_secret(build: BuildSandbox, program: str, name: str, given: dict[str, Any]) -> None:
    """The gate passes and its inputs are encrypted in the state; its id and the API's responses are not."""
    more = {"region": "ap-guangzhou", "enforce": True, "failed_statuses": [-1], "timeout_seconds": 60}
    inputs = {**given, **more, "poll_interval_seconds": 0.2}
    sandbox = build("flow", inputs, {"test:asSecrets": "true"}, program=program)
    for number in (1, 2):
        sandbox.emulator.start_check(number)
    for command in (("preview",), ("up", "--yes", "--skip-preview"), ("refresh", "--yes", "--expect-no-changes")):
        result = sandbox.stack.run(*command)
        assert result.exit_code == 0, result.screen
    assert sandbox.records == {"behind": "new"}
    check = sandbox.stack.resource(name)
    assert check is not None
    assert check["id"].startswith("ap-guangzhou/1")
    assert {key for key in inputs if "ciphertext" in json.dumps(check["inputs"][key])} == set(inputs)
    assert (check["outputs"]["passed"], check["outputs"]["status"]) == (True, "passed")
    assert sandbox.stack.run("stack", "output", "total").screen.strip() in {"8", "16"}


PAIRS: tuple[Source, ...] = (
    from_the_environment,
    from_the_stacks_configuration,
    from_the_sdks_file,
    from_the_command_lines_file,
)
ROLES: tuple[Source, ...] = (from_a_role_that_is_assumed, from_the_instance, from_the_pod)
ALWAYS = from_the_stacks_configuration
"""The one that `make test` tries; `make test-all` tries the others too."""


@pytest.mark.parametrize(
    "source",
    [pytest.param(source, marks=[] if source is ALWAYS else pytest.mark.thorough) for source in (*PAIRS, *ROLES)],
)
def test_no_secret_shows_for_any_end_of_a_wait_and_any_log_level(
    build: BuildSandbox, source: Source, given_secrets: set[str]
) -> None:
    """With the CLI at -v=9 and the provider process at DEBUG, no file, state or screen has a secret.

    One exception is outside a provider's control: at -v=9 an older engine (3.259.0) prints the decrypted configuration.
    """
    migrations = [*MIGRATIONS, *(TALKATIVE if source in PAIRS else ())]
    gates = [{"migrate_id": number, "timeout_seconds": 25, "poll_interval_seconds": 0.5} for number in migrations]
    sandbox = build("every-end", config={"test:gates": json.dumps(gates)}, program="every")
    given_secrets |= source(sandbox)
    sandbox.enable_debug_log()
    sandbox.stack.environ["TCSQL_CHECK_LOG"] = "debug"
    sandbox.isolate_gates()
    result = sandbox.stack.run(*EVERYTHING_AT_ONCE, *LOUD)
    assert result.exit_code != 0
    assert {request["migrate_id"] for request in sandbox.emulator.requests} >= set(migrations)
    for line in ("level=debug event=query call=steps", "level=warning event=verdict"):
        assert f"tcsql-check {line} migrate_id=" in result.screen
    assert "migration check 3 (ap-guangzhou) failed at step 4" in result.screen
    assert "DEBUG:urllib3.connectionpool:" in result.screen
    if source in PAIRS:
        assert "answered AuthFailure.SignatureFailure: ...Q7Z9 and ... sign otherwise" in " ".join(
            result.screen.split()
        )
        assert "a text repeats the credentials or another secret of the request" in " ".join(result.screen.split())
    loud = [line for line in result.screen.splitlines() if marked_credentials.found_in(line.encode())]
    if source is from_the_stacks_configuration:
        assert len(loud) in (0, 3)
        assert all("Marshaling property for RPC[Provider" in line and "Configure().inputs" in line for line in loud)
        given_secrets.add("screens.txt")
    else:
        assert loud == []
