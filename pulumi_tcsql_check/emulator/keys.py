"""The key pair the emulator accepts: public dummies, unless the environment gives others.

The pair is never a command line option, since those show in the list of processes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

DUMMY_SECRET_ID = "AKIDemulator000000000000000000000000"  # noqa: S105 - a public constant that opens nothing
DUMMY_SECRET_KEY = "emulator-dummy-key"  # noqa: S105 - a public constant that opens nothing

SECRET_ID_VARIABLE = "TCSQL_EMULATOR_SECRET_ID"  # noqa: S105 - the name of a variable
SECRET_KEY_VARIABLE = "TCSQL_EMULATOR_SECRET_KEY"  # noqa: S105 - the name of a variable
TOKEN_VARIABLE = "TCSQL_EMULATOR_TOKEN"  # noqa: S105 - the name of a variable


@dataclass(frozen=True)
class Keys:
    """What a client must sign with.

    Attributes:
        secret_id: Names the key; part of every request.
        secret_key: What signatures are computed with; never sent.
        token: The session token a client must send, or `None` to take any or none.
        expires_at: When temporary keys run out, in seconds since 1970-01-01 UTC.
    """

    secret_id: str = DUMMY_SECRET_ID
    secret_key: str = field(default=DUMMY_SECRET_KEY, repr=False)
    token: str | None = field(default=None, repr=False)
    expires_at: float | None = None

    def find(self, secret_id: str) -> "Keys | None":
        """Return these keys where they are called so: one pair is a ring of its own."""
        return self if secret_id == self.secret_id else None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Keys":
        """Read `TCSQL_EMULATOR_SECRET_ID`, `TCSQL_EMULATOR_SECRET_KEY` and `TCSQL_EMULATOR_TOKEN`.

        One that is missing or empty stands for the public dummy, and for no token.
        """
        return cls(
            secret_id=environment.get(SECRET_ID_VARIABLE) or DUMMY_SECRET_ID,
            secret_key=environment.get(SECRET_KEY_VARIABLE) or DUMMY_SECRET_KEY,
            token=environment.get(TOKEN_VARIABLE) or None,
        )


class KeyRing(Protocol):
    """Keys by their names."""

    def find(self, secret_id: str, /) -> Keys | None:
        """Return the keys of that name, if there are any."""
