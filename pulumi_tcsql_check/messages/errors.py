"""The text of each error, for an audience: a sentence, and below it a list if there is one."""

from functools import singledispatch

from pulumi_tcsql_check.errors import (
    AccountError,
    CheckTimeoutError,
    CredentialsError,
    ExpiredTokenError,
    GroupFailedError,
    GroupTimeoutError,
    OutageError,
    TcsqlCheckError,
    WaitCancelledError,
)
from pulumi_tcsql_check.errors.check import FailedError
from pulumi_tcsql_check.messages import check_errors, group_errors
from pulumi_tcsql_check.messages.audience import Audience


def text_of(error: TcsqlCheckError, audience: Audience) -> str:
    """Return the sentence and the list below it."""
    return sentence_of(error, audience) + list_below(error, audience)


@singledispatch
def sentence_of(error: TcsqlCheckError, audience: Audience) -> str:
    """Say what went wrong and what to do."""
    del audience
    return str(error)


@singledispatch
def list_below(error: Exception, audience: Audience) -> str:
    """Return the lines below the sentence, each with a line break before it; "" if there are none."""
    del error, audience
    return ""


sentence_of.register(FailedError, check_errors.failure)
sentence_of.register(CheckTimeoutError, check_errors.timeout)
sentence_of.register(GroupFailedError, group_errors.failure)
sentence_of.register(GroupTimeoutError, group_errors.timeout)

list_below.register(FailedError, check_errors.steps_of_failure)
list_below.register(CheckTimeoutError, check_errors.steps_of_timeout)
list_below.register(GroupTimeoutError, group_errors.late_members)


@list_below.register
def _(error: GroupFailedError, audience: Audience) -> str:
    return group_errors.failed_members(error, [sentence_of(one, audience) for one in error.lost.values()])


@sentence_of.register
def _(error: OutageError, audience: Audience) -> str:
    return f"{error} Run {audience.again} again once the API can be reached."


@sentence_of.register
def _(error: ExpiredTokenError, audience: Audience) -> str:
    return (
        f"{error} They are temporary and seem to have run out, and their source holds no newer ones. Set new ones, "
        f"then run {audience.again} again."
    )


@sentence_of.register
def _(error: CredentialsError, audience: Audience) -> str:
    tried = f" Tried, in this order: {'; '.join(error.tried)}." if error.tried else ""
    what_to_do = ""
    if error.reason == "missing":
        what_to_do = f" {audience.credentials}"
    elif error.reason == "not honoured":
        what_to_do = f" {audience.elsewhere.format(it=error.setting)}"
    return f"{error.problem}{what_to_do}{tried}"


@sentence_of.register
def _(error: AccountError, audience: Audience) -> str:
    return (
        f"{str(error).removesuffix('.')}; nothing was asked with them about the migration. Use those of an allowed "
        f"account, then run {audience.again} again."
    )


@sentence_of.register
def _(error: WaitCancelledError, audience: Audience) -> str:
    return (
        f"{str(error).removesuffix('.')}; nothing behind the gate was changed. Run {audience.again} again to wait for "
        "it anew."
    )
