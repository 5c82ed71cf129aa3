"""Find the plugins that the installed distributions require, by the official language host's rule.

Every distribution called `pulumi-*`, or with a `pulumi-plugin.json` in its package, is treated as a provider's SDK, and
the engine searches for its plugin.
"""

from __future__ import annotations

import json
import re
from typing import TypedDict

from pulumi.runtime.proto import plugin_pb2

WITHOUT_PLUGIN = "pulumi-policy"
"""A distribution without a plugin that doesn't declare this; the official host knows it by name."""

LIST_DISTRIBUTIONS = """
import importlib.metadata, json, pathlib, re, urllib.parse
found = {}
for distribution in importlib.metadata.distributions():
    name = re.sub("[-_.]+", "-", distribution.metadata["Name"] or "").lower()
    folders = [distribution.locate_file("")]
    origin = json.loads(distribution.read_text("direct_url.json") or "{}")
    if origin.get("dir_info", {}).get("editable"):
        folders.append(pathlib.Path(urllib.parse.unquote(urllib.parse.urlsplit(origin["url"]).path)))
    files = [folder / name.replace("-", "_") / "pulumi-plugin.json" for folder in folders]
    plugin = next((json.loads(file.read_text()) for file in files if file.is_file()), None)
    found.setdefault(name, {"name": name, "version": distribution.version, "plugin": plugin})
print(json.dumps(list(found.values())))
"""
"""The code that lists the installed distributions in the program's own interpreter."""


class Distribution(TypedDict):
    """One distribution installed in the program's environment.

    Attributes:
        name: Its name, with `-` between words.
        version: Its version, as Python writes it.
        plugin: The content of its `pulumi-plugin.json`; None where it has none.
    """

    name: str
    version: str
    plugin: dict[str, object] | None


def required(listing: str) -> list[plugin_pb2.PackageDependency]:
    """Return the plugins that the engine has to find, from the output of `LIST_DISTRIBUTIONS`."""
    found: list[Distribution] = json.loads(listing)
    return [package for package in map(required_package, found) if package is not None]


def required_package(distribution: Distribution) -> plugin_pb2.PackageDependency | None:
    """Return the plugin that a distribution requires, by the official host's rule; None if it requires none."""
    name, plugin = distribution["name"], distribution["plugin"]
    if name == WITHOUT_PLUGIN or (plugin is None and not name.startswith("pulumi-")):
        return None
    plugin = {"resource": True} if plugin is None else plugin
    version = str(plugin.get("version") or plugin_version(distribution["version"]))
    if not plugin.get("resource") or not version:
        return None
    return plugin_pb2.PackageDependency(
        kind="resource",
        name=str(plugin.get("name") or name.removeprefix("pulumi-")),
        version=f"v{version.removeprefix('v')}",
        server=str(plugin.get("server") or ""),
    )


def plugin_version(version: str) -> str:
    """Convert a Python version to a semantic one; an empty string if that isn't possible, as for an epoch."""
    pattern = r"(?P<release>\d+(\.\d+)*)((?P<phase>a|b|rc)(?P<number>\d+))?(\.(?P<post>post\d+))?(\.(?P<dev>dev\d+))?"
    match = re.fullmatch(pattern, version)
    if match is None:
        return ""
    release = match["release"].split(".")
    text = ".".join(release + ["0"] * (3 - len(release)))
    if match["phase"]:
        phase = {"a": "alpha", "b": "beta", "rc": "rc"}[match["phase"]]
        text = f"{text}-{phase}.{match['number']}"
    build = (match["post"] or "") + (match["dev"] or "")
    return f"{text}+{build}" if build else text
