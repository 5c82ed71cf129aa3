"""Tells which plugins the installed distributions ask for, by the official language host's rule.

Every distribution called `pulumi-*`, or with a `pulumi-plugin.json` in its package, is taken for a provider's SDK, and
the engine looks for the plugin that goes with it.
"""

from __future__ import annotations

import json
import re
from typing import TypedDict

from pulumi.runtime.proto import plugin_pb2

WITHOUT_PLUGIN = "pulumi-policy"
"""The one distribution that the official host knows to have no plugin, although it does not say so."""

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
"""What the program's own interpreter runs to say what is installed in it."""


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
    """Tell which plugins the engine has to look for, from what `LIST_DISTRIBUTIONS` printed."""
    found: list[Distribution] = json.loads(listing)
    return [package for package in map(required_package, found) if package is not None]


def required_package(distribution: Distribution) -> plugin_pb2.PackageDependency | None:
    """Tell which plugin a distribution asks for, by the official host's rule."""
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
    """Write a Python version as a semantic one; an empty string where that can't be done, as for an epoch."""
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
