"""Chooses the endpoint and the account, and warns if they are unusual; sends no request. It imports the SDK."""

import os
import threading
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pulumi_tcsql_check.clock import Clock
from pulumi_tcsql_check.config import endpoints, own_keys, provider_config
from pulumi_tcsql_check.config.stack_config import Stack
from pulumi_tcsql_check.credentials.account import Account, shared_account
from pulumi_tcsql_check.credentials.session import ApiSession
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.model.credentials import Caller, Credentials
from pulumi_tcsql_check.model.endpoint import Endpoint
from pulumi_tcsql_check.model.group import name_of
from pulumi_tcsql_check.model.progress import Migration
from pulumi_tcsql_check.model.regions import REGIONS
from pulumi_tcsql_check.tencent import tls
from pulumi_tcsql_check.tencent.exchange import bound_seconds
from pulumi_tcsql_check.tencent.sqlserver import MigrationApi

_warned: set[Sentence] = set()
"""The once-per-process warnings that were shown."""

_warning = threading.Lock()


class Inputs(Protocol):
    """The inputs that a connection depends on: of a gate, of a command, or of a start."""

    @property
    def migrations(self) -> Sequence[Migration]:
        """The migrations, at least one, all of one region."""

    @property
    def endpoint(self) -> Endpoint | None:
        """The endpoint that the user chose, if any."""

    @property
    def timeout_seconds(self) -> float:
        """The longest that the whole may take."""


@dataclass(frozen=True)
class Connection:
    """Makes sessions, one for each thread.

    Attributes:
        endpoint: Where the requests go.
        region: The region of the migrations.
        account: Who sends them.
        make_client: Makes an API client for credentials.
    """

    endpoint: Endpoint
    region: str
    account: Account
    make_client: Callable[[Credentials], MigrationApi]

    def session(self) -> ApiSession:
        """Make one thread's session."""
        return ApiSession(self.account, self.make_client)

    @property
    def scope(self) -> Hashable:
        """What a list of migrations belongs to: the endpoint, the region and the account."""
        return self.endpoint, self.region, self.account

    @property
    def caller(self) -> Caller | None:
        """Who sends the requests; None before the first one."""
        return self.account.caller


def choose(inputs: Inputs, stack: Stack | None, *, clock: Clock, warn: Callable[[Sentence], None]) -> Connection:
    """Choose the endpoint and the account, and return what makes the sessions.

    All sessions share the account. `stack` is None for the command. The inputs' timeout bounds the read of each file.
    Raises `InvalidInputError`, `CredentialsError`, or `WaitCancelledError`.
    """
    deadline = clock.monotonic() + inputs.timeout_seconds
    migrations, region = inputs.migrations, inputs.migrations[0].region
    config, keys = (stack.config, stack.keys) if stack is not None else ({}, ())
    endpoint = endpoints.choose(inputs.endpoint, config, region)
    if stack is not None:
        own_keys.refuse_unknown(stack, provider_config.NAMES)
        endpoints.refuse_option_variables(endpoint, stack.project, os.environ)
    if not endpoints.is_tencents(endpoint, config):
        key = "one queried elsewhere" if len(migrations) == 1 else "many queried elsewhere"
        warn(Sentence(key, checks=name_of(migrations), endpoint=endpoint))
    if region not in REGIONS:
        warn(Sentence("unlisted region", region=region))
    if unknown := provider_config.unknown_keys(keys):
        _warn_once(Sentence("unknown keys", keys=", ".join(unknown)), warn)
    if tls.bundle(os.environ) and (proxy := tls.proxy(os.environ, endpoint)):
        _warn_once(Sentence("proxy in between", endpoint=endpoint, proxy=proxy, bundle=tls.VARIABLE), warn)
    settings = provider_config.read(config, os.environ, keys)
    tls.verify(os.environ, bound_seconds(deadline - clock.monotonic()), clock.check_cancelled)
    account = shared_account(
        settings, stack.config if stack is not None else None, os.environ, Path.home(), deadline, clock=clock
    )

    def make_client(credentials: Credentials) -> MigrationApi:
        return MigrationApi(credentials, endpoint, region, clock=clock)

    return Connection(endpoint, region, account, make_client)


def _warn_once(text: Sentence, warn: Callable[[Sentence], None]) -> None:
    with _warning:
        is_news = text not in _warned
        _warned.add(text)
    if is_news:
        warn(text)
