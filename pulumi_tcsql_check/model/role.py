"""A CAM role to assume."""

import re

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

    @property
    def account_id(self) -> str | None:
        """The account of the role, by its ARN: `qcs::cam::uin/ACCOUNT:roleName/NAME`."""
        found = re.match(r"qcs::cam::uin/([0-9]+):", self.arn, re.ASCII)
        return found[1] if found is not None else None

    def __repr__(self) -> str:
        """Show which role it is; an external id is a secret to some."""
        return f"<role {self.arn}>"

    def __rich_repr__(self) -> list[tuple[str, str]]:
        """Show rich, which does not ask `__repr__`, no more than that."""
        return [("arn", self.arn)]
