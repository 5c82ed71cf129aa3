"""The one public door."""

import subprocess
import sys

import pulumi_tcsql_check


def test_the_public_names_are_these() -> None:
    """What a program may import is a literal list, sorted."""
    assert pulumi_tcsql_check.__all__ == ["InvalidInputError", "MigrationCheck", "Step", "hold_stack"]
    assert all(hasattr(pulumi_tcsql_check, name) for name in pulumi_tcsql_check.__all__)


def test_a_program_loads_neither_the_sdk_nor_what_only_the_provider_needs() -> None:
    """Importing the package in a user's program brings none of the modules that only the provider process needs."""
    code = (
        "import sys, pulumi_tcsql_check\n"
        "print([name for name in ('tencentcloud', 'requests', 'tenacity') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
