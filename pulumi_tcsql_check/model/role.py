"""A CAM role to assume."""

import msgspec

DEFAULT_SESSION_SECONDS = 7200
"""How long a role lasts if nothing else is set, in seconds."""


class Role(msgspec.Struct, frozen=True):
    """A role to assume, and what to say while doing so; `seconds` is how long it is to last."""

    arn: str
    session_name: str
    seconds: int = DEFAULT_SESSION_SECONDS
    policy: str | None = None
    external_id: str | None = None
    source_identity: str | None = None

    def __repr__(self) -> str:
        """Show which role it is; an external id is a secret to some."""
        return f"<role {self.arn}>"

    def __rich_repr__(self) -> list[tuple[str, str]]:
        """Show rich, which does not ask `__repr__`, no more than that."""
        return [("arn", self.arn)]
