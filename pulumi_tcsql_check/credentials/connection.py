"""Chooses the endpoint and the account, and warns if they are unusual; sends no request. It imports the SDK."""

import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from pulumi_tcsql_check.clock import Clock
from pulumi_tcsql_check.config import endpoints, provider_config
from pulumi_tcsql_check.config.stack_config import Stack
from pulumi_tcsql_check.credentials.account import shared_account
from pulumi_tcsql_check.credentials.session import ApiSession
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.model.credentials import Credentials
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


def connection(
    inputs: Inputs, stack: Stack | None, *, clock: Clock, warn: Callable[[Sentence], None]
) -> Callable[[], ApiSession]:
    """Choose the endpoint and the account, and return a function that makes one thread's session.

    All sessions share the account. `stack` is None for the command. The inputs' timeout bounds the read of each file.
    Raises `InvalidInputError`, `CredentialsError`, or `WaitCancelledError`.
    """
    deadline = clock.monotonic() + inputs.timeout_seconds
    migrations, region = inputs.migrations, inputs.migrations[0].region
    config, keys = (stack.config, stack.keys) if stack is not None else ({}, ())
    chosen = endpoints.choose(inputs.endpoint, config, region)
    if stack is not None:
        endpoints.refuse_option_variables(chosen, stack.project, os.environ)
    if not endpoints.is_tencents(chosen, config):
        key = "one queried elsewhere" if len(migrations) == 1 else "many queried elsewhere"
        warn(Sentence(key, checks=name_of(migrations), endpoint=chosen))
    if region not in REGIONS:
        warn(Sentence("unlisted region", region=region))
    if unknown := provider_config.unknown_keys(keys):
        _warn_once(Sentence("unknown keys", keys=", ".join(unknown)), warn)
    if tls.bundle(os.environ) and (proxy := tls.proxy(os.environ, chosen)):
        _warn_once(Sentence("proxy in between", endpoint=chosen, proxy=proxy, bundle=tls.VARIABLE), warn)
    asked = provider_config.read(config, os.environ, keys)
    tls.verify(os.environ, bound_seconds(deadline - clock.monotonic()), clock.check_cancelled)
    account = shared_account(
        asked, stack.config if stack is not None else None, os.environ, Path.home(), deadline, clock=clock
    )

    def connect(credentials: Credentials) -> MigrationApi:
        return MigrationApi(credentials, chosen, region, clock=clock)

    return lambda: ApiSession(account, connect)


def _warn_once(text: Sentence, warn: Callable[[Sentence], None]) -> None:
    with _warning:
        is_news = text not in _warned
        _warned.add(text)
    if is_news:
        warn(text)
