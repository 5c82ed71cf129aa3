"""The context of a call that gRPC's server hands to a servicer."""

from collections.abc import Callable
from typing import Any

import grpc


class Metadata(list[tuple[str, bytes]]):
    """The trailing metadata that a call was given."""


def context_for(
    metadata: Metadata, add_callback: Callable[[Callable[[], None]], bool] = lambda _: True
) -> grpc.ServicerContext:
    """Make a servicer's context that notes its trailing metadata, takes callbacks, and can do nothing else."""
    kind: Any = type(
        "Context",
        (grpc.ServicerContext,),
        {
            "set_trailing_metadata": lambda _, given: metadata.extend(given),
            "add_callback": lambda _, callback: add_callback(callback),
        },
    )
    kind.__abstractmethods__ = frozenset()
    context: grpc.ServicerContext = kind()
    return context
