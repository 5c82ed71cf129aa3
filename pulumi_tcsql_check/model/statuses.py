"""The words for where a step and a check stand, and the two codes of a step that Tencent has published."""

from typing import Literal

PASSED = 0
"""The published code of a step that succeeded (API page, `StepDetail.Status`)."""

NOT_STARTED = -2
"""The published code of a step that has not started (API page, `StepDetail.Status`)."""

StepState = Literal["passed", "not-started", "failed", "running", "unknown"]
Status = Literal["passed", "running", "failed", "not-started", "unknown"]
