"""The text of each error, for an audience."""

from functools import reduce, singledispatch

from pulumi_tcsql_check.errors import (
    AccountError,
    CheckTimeoutError,
    CredentialsError,
    ExpiredTokenError,
    GroupFailedError,
    GroupTimeoutError,
    MigrationOverError,
    OutageError,
    SomeNotStartedError,
    StartUnknownError,
    TcsqlCheckError,
    WaitCancelledError,
)
from pulumi_tcsql_check.errors.check import FailedError
from pulumi_tcsql_check.errors.codes import code_of
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.messages import check_errors, group_errors, start_errors
from pulumi_tcsql_check.messages.audience import Audience
from pulumi_tcsql_check.messages.layout import Field, Text


@singledispatch
def text_of(error: Exception, audience: Audience) -> Text:
    """Return what went wrong, and the next step."""
    del audience
    return _text(error)


text_of.register(FailedError, check_errors.failure)
text_of.register(CheckTimeoutError, check_errors.timeout)
text_of.register(GroupFailedError, group_errors.failure)
text_of.register(GroupTimeoutError, group_errors.timeout)
text_of.register(StartUnknownError, start_errors.unknown)
text_of.register(MigrationOverError, start_errors.over)


@text_of.register
def _(error: OutageError, audience: Audience) -> Text:
    return _text(error, Field("then", Sentence("run again once reachable"), [audience.again]))


@text_of.register
def _(error: ExpiredTokenError, audience: Audience) -> Text:
    return _text(error, Field("then", Sentence("renew the token"), [audience.again]))


@text_of.register
def _(error: CredentialsError, audience: Audience) -> Text:
    if error.reason == "missing":
        sources = reduce(lambda first, then: Sentence("and then", first=first, then=then), error.tried)
        tried = Field("tried", Sentence("in this order", sources=sources))
        return _text(error, tried, Field("then", audience.set_credentials))
    if error.reason == "not honoured":
        return _text(error, Field("then", audience.remove_choice if error.choice else audience.remove_setting))
    return _text(error)


@text_of.register
def _(error: AccountError, audience: Audience) -> Text:
    return _text(error, Field("then", Sentence("use an allowed account"), [audience.again]))


@text_of.register
def _(error: WaitCancelledError, audience: Audience) -> Text:
    return _text(error, Field("then", Sentence("wait again"), [audience.again]))


@text_of.register
def _(error: SomeNotStartedError, audience: Audience) -> Text:
    advice = [field for field in text_of(error.stop, audience).fields if field.label != "code"] if error.stop else []
    return start_errors.several(error, audience, advice)


def _text(error: Exception, *fields: Field) -> Text:
    words = error.sentence if isinstance(error, TcsqlCheckError) else str(error)
    return Text(words, fields=[*fields, Field("code", code_of(error))])
