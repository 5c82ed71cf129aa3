"""The package as a user installs it: from the index, into an empty environment, beside Tencent's whole SDK.

Both of Tencent's distributions put their files into the same `tencentcloud` package as the small one that this package
needs, and the later one replaces those of the earlier. The other dependencies are the newest on the index.
"""

import configparser
import email
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from harness import distributions, dynamic_host_process
from harness.virtual_environments import EmptyEnvironment

ROOT = Path(__file__).resolve().parent.parent.parent
SCENARIO = ROOT / "tests" / "data" / "scenarios" / "by-id.json"

SDKS = ("tencentcloud-sdk-python==3.1.195", "tencentcloud-sdk-python-intl-en==3.1.193")
"""The whole SDK, for accounts of either site."""


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Build the distributions."""
    folder = tmp_path_factory.mktemp("published")
    return {"wheel": distributions.wheel(ROOT, folder), "sdist": distributions.sdist(ROOT, folder)}


@pytest.fixture
def environment(tmp_path: Path) -> EmptyEnvironment:
    """Make an empty environment."""
    return EmptyEnvironment(tmp_path / "environment")


def inside(wheel: Path, name: str) -> str:
    """Read a metadata file of a wheel; empty if it has none of that name."""
    with zipfile.ZipFile(wheel) as opened:
        return "".join(opened.read(path).decode() for path in opened.namelist() if path.endswith(f".dist-info/{name}"))


def extras(wheel: Path) -> list[str]:
    """Return the extras of a wheel."""
    return email.message_from_string(inside(wheel, "METADATA")).get_all("Provides-Extra") or []


def commands(wheel: Path) -> Iterator[str]:
    """Return the commands of a wheel."""
    parser = configparser.ConfigParser()
    parser.read_string(inside(wheel, "entry_points.txt"))
    if parser.has_section("console_scripts"):
        yield from parser["console_scripts"]


def gates_hold_and_open(environment: EmptyEnvironment, home: Path) -> None:
    """Check that a passed check opens its gate and a failed one doesn't, with the installed SDK."""
    home.mkdir(exist_ok=True)
    with dynamic_host_process.started_host(environment.python, SCENARIO, home) as host:
        host.configure()
        assert host.read(1)["passed"] is True
        with pytest.raises(grpc.RpcError) as refused:
            host.read(2)
    assert "failed at step 4 of 8" in dynamic_host_process.sentence_of(refused.value)


def test_an_index_accepts_both_distributions(published: dict[str, Path]) -> None:
    """The check before an upload gives no error and no warning."""
    twine = f"{sys.prefix}-packaging/bin/twine"
    done = subprocess.run(
        [twine, "check", "--strict", *map(str, published.values())], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_it_works_in_an_empty_environment(
    environment: EmptyEnvironment, published: dict[str, Path], kind: str, tmp_path: Path
) -> None:
    """It installs all that it needs; each extra can be added, and with all extras its commands run.

    Without its extra, a command prints one sentence that names what to install.
    """
    environment.install(str(published[kind]))
    gates_hold_and_open(environment, tmp_path / "home")
    with pytest.raises(RuntimeError) as missing:
        environment.run("tcsql-check", "--help")
    sentence = " ".join(str(missing.value).split())
    assert sentence.startswith("tcsql-check needs ")
    assert 'run `pip install "PATH[cli]"`' in sentence
    for extra in extras(published["wheel"]):
        environment.install(f"{published[kind]}[{extra}]")
        gates_hold_and_open(environment, tmp_path / "home")
    for command in commands(published["wheel"]):
        assert environment.run(command, "--help")


@pytest.mark.parametrize("sdk", SDKS)
@pytest.mark.parametrize("first", ["the package", "the SDK"])
def test_it_works_beside_the_whole_sdk(
    environment: EmptyEnvironment, published: dict[str, Path], sdk: str, first: str, tmp_path: Path
) -> None:
    """In either order of installation, the gate works with the installed files; both packages are complete."""
    both = [str(published["wheel"]), sdk]
    for what in both if first == "the package" else reversed(both):
        environment.install(what)
    gates_hold_and_open(environment, tmp_path / "home")
    environment.run("python", "-c", "from tencentcloud.sqlserver.v20180328 import models, sqlserver_client")


def test_a_gate_says_what_to_do_after_the_whole_sdk_was_uninstalled(
    environment: EmptyEnvironment, published: dict[str, Path], tmp_path: Path
) -> None:
    """Uninstalling it removes shared files: the gate stays shut with one error, and works once they are back."""
    environment.install(str(published["wheel"]), SDKS[-1])
    environment.uninstall(SDKS[-1].partition("==")[0])
    with dynamic_host_process.started_host(environment.python, SCENARIO, tmp_path) as host:
        host.configure()
        with pytest.raises(grpc.RpcError) as refused:
            host.read(1)
    sentence = dynamic_host_process.sentence_of(refused.value)
    assert sentence.startswith("The gate stays shut, since something that it needs can't be loaded (")
    (command,) = re.findall("`pip (install [^`]+)`", sentence)
    environment.run("python", "-m", "pip", *command.split())
    gates_hold_and_open(environment, tmp_path / "home")
