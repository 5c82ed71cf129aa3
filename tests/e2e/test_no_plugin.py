"""The package declares no plugin, so the engine of a program in Python searches for none."""

import socket
from pathlib import Path

import pytest
from harness.sandbox import BuildSandbox
from harness.virtual_environments import copied_package

PLUGIN = "tcsql-check"


@pytest.mark.parametrize(
    ("with_file", "is_required"), [(True, False), pytest.param(False, True, marks=pytest.mark.thorough)]
)
def test_the_engine_searches_for_no_plugin(
    build: BuildSandbox, tmp_path: Path, with_file: bool, is_required: bool
) -> None:
    """Nothing is downloaded. Without the file, the same update would require one, which is on `PATH` in this test."""
    package = copied_package(tmp_path / "sandbox")
    if not with_file:
        (package / "pulumi-plugin.json").unlink()
    with socket.socket() as nobody:  # reserves an address that refuses connections, so that every search ends at once
        nobody.bind(("127.0.0.1", 0))
        proxy = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        sandbox = build("pass", environ={"PYTHONPATH": str(package.parent), "HTTPS_PROXY": proxy})
        result = sandbox.stack.up("-v=9", "--logtostderr")
    assert result.exit_code == 0, result.screen
    assert sandbox.records == {"behind": "new"}
    log = result.screen.splitlines()
    assert any("GetRequiredPackages" in line for line in log)
    required = [line for line in log if "is required by language host" in line and PLUGIN in line]
    downloads = [line for line in log if "plugin download url" in line and PLUGIN in line]
    assert (bool(required), downloads) == (is_required, [])
    assert all(proxy.removeprefix("http://") in line for line in log if "dial tcp" in line)
    assert result.seconds < 30
