"""The tests' language host loads Pulumi's messages, and nothing else of Pulumi."""

import subprocess
import sys
from pathlib import Path

import pytest

TOOLCHAIN = Path(__file__).resolve().parents[2] / "toolchain"
PROGRAM = """
import sys
import lean
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2
servicer = language_pb2_grpc.LanguageRuntimeServicer
print(language_pb2.RunRequest(project="it").project)
print(*sorted(name for name in sys.modules if name.startswith("pulumi") and "_pb2" not in name))
"""


@pytest.mark.parametrize("environment", [sys.prefix, f"{sys.prefix}-oldest"], ids=["newest", "oldest"])
def test_the_messages_load_without_the_sdk(environment: str) -> None:
    """None of the SDK's own modules is loaded, with any supported SDK."""
    command = [f"{environment}/bin/python", "-c", PROGRAM]
    done = subprocess.run(command, cwd=TOOLCHAIN, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [
        "it",
        "pulumi",
        "pulumi.runtime",
        "pulumi.runtime.proto",
        "pulumi.runtime.proto.codegen",
    ]


def test_without_pulumi_the_error_says_so() -> None:
    """The error of a Python without Pulumi differs from that of a broken one."""
    command = [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.append({str(TOOLCHAIN)!r}); import lean"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr.splitlines()[-1] == "ImportError: this Python has no pulumi"
