"""The create and update of a start: from inputs to outputs. It imports the SDK."""

import threading
from collections.abc import Mapping
from typing import Any

import msgspec

from pulumi_tcsql_check.clock import SystemClock
from pulumi_tcsql_check.config import endpoints
from pulumi_tcsql_check.config.stack_config import Stack
from pulumi_tcsql_check.config.start_inputs import StartInputs
from pulumi_tcsql_check.credentials import connection
from pulumi_tcsql_check.errors import ApiError, StartUnknownError
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.messages.layout import Text
from pulumi_tcsql_check.messages.listener import Listener
from pulumi_tcsql_check.model.progress import Migration
from pulumi_tcsql_check.starting import starter

_unknown: set[tuple[str, Migration]] = set()
"""The resources, with their migrations, whose start has an unknown outcome: a hook can repeat a failed create."""


def start(
    urn: str, props: Mapping[str, Any], stack: Stack, listener: Listener, cancelled: threading.Event
) -> dict[str, Any]:
    """Start the check of a resource with these inputs, and return its outputs.

    Once the outcome of a resource's start is unknown, this process sends no other request for that resource. Raises as
    `starter.start`, and `InvalidInputError`.
    """
    inputs = StartInputs.from_props(props)
    if (urn, inputs.migration) in _unknown:
        raise StartUnknownError(inputs.migration, None)
    clock = SystemClock(cancelled)
    try:
        made = connection.choose(inputs, stack, clock=clock, warn=lambda sentence: listener.warn(Text(sentence)))
        listener.show(Sentence("starting"))
        migration = msgspec.structs.replace(
            inputs.migration, endpoint=endpoints.option(made.endpoint, inputs.migration.region)
        )
        flow = starter.start(made.session(), migration, clock=clock, on_retry=listener.show)
    except StartUnknownError:
        _unknown.add((urn, inputs.migration))
        raise
    except ApiError as error:
        error.migrations = inputs.migrations
        raise
    listener.show(Sentence("started", flow=flow.sentence))
    return {
        "migrate_id": inputs.migration.migrate_id,
        "region": inputs.migration.region,
        "triggers": list(inputs.triggers),
        "flow_id": flow.flow_id,
        "endpoint": str(made.endpoint),
        "started_at": clock.utc().strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
