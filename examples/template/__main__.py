"""What `pulumi up` runs."""

import pulumi
from infra import check, switch

pulumi.export("check", check.status)
pulumi.export("database", switch.database)
