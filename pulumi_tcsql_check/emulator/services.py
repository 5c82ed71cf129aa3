"""Everything behind the emulator's one address: each account's API, the token service, an instance's metadata."""

import re

from pulumi_tcsql_check.emulator.accounts import (
    ACCOUNT_ID,
    OTHER_ACCOUNT_ID,
    OTHER_SECRET_ID,
    OTHER_SECRET_KEY,
    Account,
    Keys,
)
from pulumi_tcsql_check.emulator.api import Api
from pulumi_tcsql_check.emulator.clock import Clock
from pulumi_tcsql_check.emulator.metadata import Metadata
from pulumi_tcsql_check.emulator.scenario import Scenario
from pulumi_tcsql_check.emulator.sts import TokenService
from pulumi_tcsql_check.emulator.wire import Reply, Request

_SECRET_ID = re.compile(r"Credential=([^/,\s]+)/", re.ASCII)


class Services:
    """Hands each request to whom it is for. Safe to use from many threads."""

    def __init__(self, scenario: Scenario, other: Scenario, keys: Keys, clock: Clock) -> None:
        """Set up two accounts.

        Args:
            scenario: What the first account sees.
            other: What the second account sees.
            keys: The first account's keys.
            clock: The clocks to read.
        """
        first = Account(ACCOUNT_ID, keys, clock)
        second = Account(OTHER_ACCOUNT_ID, Keys(OTHER_SECRET_ID, OTHER_SECRET_KEY), clock)
        self._apis = ((first, Api(scenario, first, clock)), (second, Api(other, second, clock)))
        self._token_service = TokenService((first, second), clock)
        self._metadata = Metadata(first)

    def reply(self, request: Request) -> tuple[Reply, str | None]:
        """Answer one request.

        Returns:
            The reply, and the number of the account whose keys the request names, if it names any.
        """
        named = _SECRET_ID.search(request.headers.get("authorization", ""))
        owners = [pair for pair in self._apis if named and pair[0].find(named[1])]
        account_id = owners[0][0].account_id if owners else None
        if self._metadata.serves(request):
            return self._metadata.reply(request), None
        if self._token_service.serves(request):
            return self._token_service.reply(request), account_id
        _, api = owners[0] if owners else self._apis[0]
        return api.reply(request), account_id
