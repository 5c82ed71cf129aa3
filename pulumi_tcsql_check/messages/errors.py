"""The text of each error, for an audience."""

from functools import singledispatch

from pulumi_tcsql_check.errors import (
    AccountError,
    ApiError,
    CheckTimeoutError,
    CredentialsError,
    ExpiredTokenError,
    GroupFailedError,
    GroupTimeoutError,
    OutageError,
    WaitCancelledError,
)
from pulumi_tcsql_check.errors.check import FailedError
from pulumi_tcsql_check.messages import check_errors, group_errors
from pulumi_tcsql_check.messages.audience import Audience
from pulumi_tcsql_check.messages.codes import code_of
from pulumi_tcsql_check.messages.layout import Field, Text


@singledispatch
def text_of(error: Exception, audience: Audience) -> Text:
    """Say what went wrong and what to do."""
    del audience
    return Text(str(error), fields=[Field("Code", code_of(error))])


text_of.register(FailedError, check_errors.failure)
text_of.register(CheckTimeoutError, check_errors.timeout)
text_of.register(GroupFailedError, group_errors.failure)
text_of.register(GroupTimeoutError, group_errors.timeout)


@text_of.register
def _(error: ApiError, audience: Audience) -> Text:
    then: list[Field] = []
    if isinstance(error, OutageError):
        then = [Field("Then", "once the API can be reached, run again:", [audience.again])]
    elif isinstance(error, ExpiredTokenError):
        words = (
            "the credentials are temporary and seem to have expired, and their source has no newer ones; set new ones, "
            "then run again:"
        )
        then = [Field("Then", words, [audience.again])]
    return Text(str(error), fields=[*then, Field("Code", code_of(error))])


@text_of.register
def _(error: CredentialsError, audience: Audience) -> Text:
    then: list[Field] = []
    if error.reason == "missing":
        then = [Field("Then", audience.credentials)]
    elif error.reason == "not honoured":
        then = [Field("Then", audience.elsewhere.format(it=error.setting))]
    tried = [Field("Tried", f"in this order: {'; '.join(error.tried)}")] if error.tried else []
    return Text(error.problem, fields=[*tried, *then, Field("Code", code_of(error))])


@text_of.register
def _(error: AccountError, audience: Audience) -> Text:
    words = "nothing was queried with them. Use those of an allowed account, then run again:"
    return Text(str(error), fields=[Field("Then", words, [audience.again]), Field("Code", code_of(error))])


@text_of.register
def _(error: WaitCancelledError, audience: Audience) -> Text:
    words = "nothing behind the gate was changed. Run again to wait for it:"
    return Text(str(error), fields=[Field("Then", words, [audience.again]), Field("Code", code_of(error))])
