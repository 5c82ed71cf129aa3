"""What an instance's metadata say of its role's temporary keys."""

import msgspec

from pulumi_tcsql_check.emulator.accounts import Account
from pulumi_tcsql_check.emulator.scenario import HttpFault
from pulumi_tcsql_check.emulator.sts import end_of, pair_of
from pulumi_tcsql_check.emulator.wire import Reply, Request

PATH = "/latest/meta-data/cam/security-credentials/"
ROLE_NAME = "emulated"
"""The one role that the instance has."""

SESSION_SECONDS = 7200


class Metadata:
    """Answers as an instance of one account would be answered."""

    def __init__(self, account: Account) -> None:
        """Take the account."""
        self._account = account

    def serves(self, request: Request) -> bool:
        """Tell whether a request is for the metadata."""
        return request.method == "GET" and request.target.startswith(PATH)

    def reply(self, request: Request) -> Reply:
        """Give the role's keys, or its name where none is asked for."""
        role = request.target.removeprefix(PATH)
        if role == "":
            return Reply("answer", ROLE_NAME.encode())
        if role != ROLE_NAME:
            return Reply("http", b"", HttpFault(status=404))
        keys = self._account.issue_temporary_keys(SESSION_SECONDS)
        return Reply("answer", msgspec.json.encode({**pair_of(keys), **end_of(keys), "Code": "Success"}))
