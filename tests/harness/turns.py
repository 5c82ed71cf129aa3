"""A process whose requests don't wait for their turn, for tests that are about something else."""

import pytest

from pulumi_tcsql_check.tencent import rate_limit


def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every request go at once, and keep the refusals of other tests out of it."""
    monkeypatch.setattr(rate_limit, "PROCESS", rate_limit.RateLimit())
    monkeypatch.setattr(rate_limit, "SPACING_SECONDS", 0.0)
    monkeypatch.setattr(rate_limit, "FIRST_SPACING_SECONDS", 0.0)
    monkeypatch.setattr(rate_limit, "SECOND", 0.0)
