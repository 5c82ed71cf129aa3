"""The validated inputs of one start."""

from collections.abc import Mapping
from typing import Any

import msgspec

from pulumi_tcsql_check.config import validation
from pulumi_tcsql_check.model.endpoint import Endpoint
from pulumi_tcsql_check.model.progress import Migration


class StartInputs(msgspec.Struct, frozen=True):
    """The validated inputs of one start.

    Attributes:
        timeout_seconds: The longest that the files of the credentials may take to read, in seconds.
    """

    migration: Migration
    triggers: tuple[str, ...]
    endpoint: Endpoint | None = None
    timeout_seconds: float = 120.0

    @property
    def migrations(self) -> tuple[Migration, ...]:
        """The migration, as one of a list."""
        return (self.migration,)

    @classmethod
    def from_props(cls, props: Mapping[str, Any]) -> "StartInputs":
        """Validate the inputs as they came over the wire.

        Raises:
            InvalidInputError: A value is missing or outside its range.
        """
        endpoint = props.get("endpoint")
        return cls(
            Migration(validation.migrate_id(props.get("migrate_id")), validation.region(props.get("region"))),
            validation.triggers(props.get("triggers")),
            validation.endpoint(endpoint) if endpoint is not None else None,
        )
