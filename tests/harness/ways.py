"""Every option of `pulumi up` that could bypass a gate `orders`, behind which there are records."""

GATE = "**:MigrationCheck::orders"
RECORDS = "**:Record::*"
WITHOUT_PREVIEW = ("--skip-preview",)
PLAN = "plan.json"

WAYS = {
    "no flag": (),
    "--skip-preview": WITHOUT_PREVIEW,
    "--target the dependents": (*WITHOUT_PREVIEW, "--target", RECORDS),
    "--target-dependents": (*WITHOUT_PREVIEW, "--target", GATE, "--target-dependents"),
    "--exclude the gate": (*WITHOUT_PREVIEW, "--exclude", GATE),
    "--exclude-dependents": (*WITHOUT_PREVIEW, "--exclude", GATE, "--exclude-dependents"),
    "--refresh": (*WITHOUT_PREVIEW, "--refresh"),
    "--replace the dependents": (*WITHOUT_PREVIEW, "--replace", RECORDS),
    "--target-replace the dependents": (*WITHOUT_PREVIEW, "--target-replace", RECORDS),
    "up --plan": ("--plan", PLAN),
    "--continue-on-error": (*WITHOUT_PREVIEW, "--continue-on-error"),
    "--parallel 1": (*WITHOUT_PREVIEW, "--parallel", "1"),
    "--continue-on-error --parallel 1": (*WITHOUT_PREVIEW, "--continue-on-error", "--parallel", "1"),
}
"""The flags of `pulumi up`, by a readable name."""
