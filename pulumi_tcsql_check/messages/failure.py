"""The text of any exception that ends a resource's call, also of another package's."""

from typing import Literal

from pulumi_tcsql_check.errors import TcsqlCheckError
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.messages.audience import Audience
from pulumi_tcsql_check.messages.layout import Field, Text
from pulumi_tcsql_check.messages.next_step import not_loaded

Resource = Literal["gate", "start"]

_FAILED = {"gate": "gate failed", "start": "start failed"}
_NOT_LOADED = {"gate": "gate not loaded", "start": "start not loaded"}


def of_any(error: Exception, audience: Audience, resource: Resource = "gate") -> Text:
    """Return the text of an exception, in words for that resource."""
    if isinstance(error, TcsqlCheckError):
        from pulumi_tcsql_check.messages.errors import text_of  # noqa: PLC0415  # needs msgspec, which may be missing

        return text_of(error, audience)
    if isinstance(error, ImportError):
        headline, code = Sentence(_NOT_LOADED[resource], why=not_loaded(error, audience)), "not-installed"
    else:
        headline, code = Sentence(_FAILED[resource], error=type(error).__name__), "unexpected"
    return Text(headline, fields=[Field("code", code)])
