"""The published wheel and source distribution: their files and metadata."""

import re
import sys
import zipfile
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest
from harness import distributions
from harness.pages import DOCUMENTATION, ROOT
from harness.virtual_environments import PACKAGE


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the source distribution."""
    return distributions.sdist(ROOT, tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from the checkout."""
    return distributions.wheel(ROOT, tmp_path_factory.mktemp("wheel"))


def files(wheel: Path) -> dict[str, bytes]:
    """Read every file of a wheel."""
    with zipfile.ZipFile(wheel) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def metadata(wheel: Path) -> Message:
    """Read a wheel's metadata."""
    (text,) = (content for name, content in files(wheel).items() if name.endswith(".dist-info/METADATA"))
    return message_from_bytes(text)


def test_the_sdist_gives_the_wheel_of_the_checkout(sdist: Path, wheel: Path, tmp_path: Path) -> None:
    """Built without a network, both wheels have the same files, byte for byte."""
    assert files(distributions.wheel(sdist, tmp_path)) == files(wheel)


def test_the_wheel_has_only_the_package(wheel: Path) -> None:
    """It has all modules and data files of the package, and no test, tool or example."""
    inside = {name for name in files(wheel) if not re.match(rf"{PACKAGE}-[^/]+\.dist-info/", name)}
    package = (path for path in (ROOT / PACKAGE).rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    assert inside == {str(path.relative_to(ROOT)) for path in package}


def test_the_sdist_has_the_files_that_its_pages_link_to(sdist: Path, tmp_path: Path) -> None:
    """It also has the licence and SECURITY.md."""
    project = distributions.unpacked(sdist, tmp_path)
    for name in ("LICENSE", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md"):
        assert (project / name).read_bytes() == (ROOT / name).read_bytes()
    pages = [project / "README.md", *project.glob("docs/**/*.md"), *project.glob("examples/**/README.md")]
    assert len(pages) > len(DOCUMENTATION)
    links = [(page, link) for page in pages for link in re.findall(r"\]\(([^)\s#]+)", page.read_text("utf-8"))]
    assert [link for page, link in links if "://" not in link and not (page.parent / link).exists()] == []


def test_the_description_has_no_relative_links(wheel: Path) -> None:
    """An index has no files beside the description; the text and code are otherwise the README's."""
    description = metadata(wheel).get_payload(decode=True)
    assert isinstance(description, bytes)
    shown, readme = description.decode(), (ROOT / "README.md").read_text("utf-8")
    assert re.findall(r"\]\((?!https://|#)[^)]*\)", shown) == []
    assert re.findall(r"(?ms)^```.*?^```$", shown) == re.findall(r"(?ms)^```.*?^```$", readme)
    assert re.sub(r"\W|https?\S+", "", re.sub(r"\]\([^)]*\)", "", shown)) == re.sub(
        r"\W|https?\S+", "", re.sub(r"\]\([^)]*\)", "", readme)
    )


def test_the_metadata_is_complete(wheel: Path) -> None:
    """It has the fields that an index shows, and the Python versions are the tested ones."""
    said = metadata(wheel)
    assert said["Summary"]
    assert (said["License-Expression"], said.get_all("License-File")) == ("Apache-2.0", ["LICENSE"])
    assert said["Description-Content-Type"] == "text/markdown"
    assert {"pulumi", "tencent-cloud", "sql-server"} <= set(said["Keywords"].split(","))
    classifiers = said.get_all("Classifier") or []
    assert {"Typing :: Typed", "Operating System :: POSIX :: Linux"} <= set(classifiers)
    versions = [name.rpartition(" ")[2] for name in classifiers if re.search(r":: 3\.\d+$", name)]
    assert f"PYTHONS ?= {' '.join(versions)}\n" in (ROOT / "Makefile").read_text("utf-8")
    supported = f"| Python | {versions[0]} to {versions[-1]}, on Linux |"
    assert supported in (ROOT / "docs" / "reference" / "compatibility.md").read_text("utf-8")
    assert said["Requires-Python"] == f">={versions[0]}"
    assert "{}.{}".format(*sys.version_info) in versions
