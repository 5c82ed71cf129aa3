"""Pulumi's property values on the wire: which are unknown, secret, or references to resources.

The encoding is that of Pulumi's engine: https://pulumi-developer-docs.readthedocs.io/latest/docs/architecture/types/
"""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from google.protobuf import struct_pb2

SIGNATURE = "4dabf18193072939515e22adb298388d"
"""The key that marks an object as a special value; its value says which."""

SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105  # a public constant
OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e"

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""An unknown string, which stands for an unknown value of every type."""

_UNKNOWNS = {
    UNKNOWN,
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # a boolean
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # a number
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # an array
    "030794c1-ac77-496b-92df-f27374a8bd58",  # an asset
    "e48ece36-62e2-4504-bad9-02848725956a",  # an archive
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # an object
}


class Reference(NamedTuple):
    """A reference to a resource, such as the start of a gate."""

    urn: str


class Properties(NamedTuple):
    """The properties of a resource or the arguments of a function, by their names in Python.

    Attributes:
        values: The known values, without marks; null counts as missing.
        unknown: The names of values that are unknown, or have an unknown part.
        secret: The names of values that are secret, or have a secret part.
        from_outputs: The names of values that are outputs of a resource.
        dependencies: The URNs of the resources that each of those depends on, if any.
    """

    values: dict[str, Any]
    unknown: frozenset[str]
    secret: frozenset[str]
    from_outputs: frozenset[str]
    dependencies: dict[str, frozenset[str]]


def snake(name: str) -> str:
    """Return the name in Python of a property."""
    return re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", name)


def camel(name: str) -> str:
    """Return the name of a property for the engine, also with an index, such as `flow_ids[0]`."""
    return re.sub("_([a-z])", lambda letter: letter[1].upper(), name)


def _name(key: str) -> str:
    """Return the name in Python of a property; one that the schema can't have stays what it is, in quotes."""
    return snake(key) if camel(snake(key)) == key else repr(key)


def read(struct: struct_pb2.Struct, more: Mapping[str, Iterable[str]] | None = None) -> Properties:
    """Read properties from the wire; `more` are the URNs of further dependencies, by the engine's names."""
    values: dict[str, Any] = {}
    unknown, secret, from_outputs, dependencies = set(), set(), set(), {}
    for key, encoded in struct.fields.items():
        name, found = _name(key), _Value()
        value = found.read(encoded)
        if found.is_unknown:
            unknown.add(name)
        elif value is not None:
            values[name] = value
        if found.is_secret:
            secret.add(name)
        if urns := found.urns.union((more or {}).get(key, ())):
            dependencies[name] = frozenset(urns)
        if urns or found.is_unknown or found.is_output:
            from_outputs.add(name)
    return Properties(values, frozenset(unknown), frozenset(secret), frozenset(from_outputs), dependencies)


class _Value:
    """Reads one value, and collects what its marks say."""

    def __init__(self) -> None:
        self.is_unknown = False
        self.is_secret = False
        self.is_output = False
        self.urns: set[str] = set()

    def read(self, value: struct_pb2.Value) -> Any:  # noqa: ANN401  # any value of JSON
        if value.HasField("list_value"):
            return [self.read(one) for one in value.list_value.values]
        if value.HasField("struct_value"):
            return self._read_object(value.struct_value.fields)
        if value.HasField("string_value"):
            self.is_unknown |= value.string_value in _UNKNOWNS
            return value.string_value
        if value.HasField("number_value"):
            return value.number_value
        return value.bool_value if value.HasField("bool_value") else None

    def _read_object(self, fields: Mapping[str, struct_pb2.Value]) -> Any:  # noqa: ANN401  # any value of JSON
        kind = fields[SIGNATURE].string_value if SIGNATURE in fields else ""
        if kind == SECRET:
            self.is_secret = True
            return self.read(fields["value"])
        if kind == OUTPUT:
            self.is_output = True
            self.is_secret |= "secret" in fields and fields["secret"].bool_value
            if "dependencies" in fields:
                self.urns.update(one.string_value for one in fields["dependencies"].list_value.values)
            self.is_unknown |= "value" not in fields
            return self.read(fields["value"]) if "value" in fields else None
        if kind == RESOURCE:
            self.urns.add(fields["urn"].string_value)
            return Reference(fields["urn"].string_value)
        return {key: self.read(one) for key, one in fields.items()}


def write(
    values: Mapping[str, Any], *, secret: Collection[str] = (), unknown: Collection[str] = ()
) -> struct_pb2.Struct:
    """Write properties for the engine; `secret` and `unknown` are names in Python."""
    written = {camel(name): _renamed(value) for name, value in values.items()}
    written |= {camel(name): UNKNOWN for name in unknown}
    for name in map(camel, secret):
        if name in written:
            written[name] = {SIGNATURE: SECRET, "value": written[name]}
    struct = struct_pb2.Struct()
    struct.update(written)
    return struct


def _renamed(value: Any) -> Any:  # noqa: ANN401  # any value of JSON
    if isinstance(value, list):
        return [_renamed(one) for one in value]
    if isinstance(value, dict):
        return {camel(key): _renamed(one) for key, one in value.items()}
    return value
