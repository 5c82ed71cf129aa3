"""Asks the API of TencentDB for SQL Server about migrations, through `client`."""

import threading

from pulumi_tcsql_check import envelope
from pulumi_tcsql_check.client import Client
from pulumi_tcsql_check.credentials import Credentials
from pulumi_tcsql_check.inputs import Endpoint
from pulumi_tcsql_check.progress import Migration, Progress
from pulumi_tcsql_check.retry import Clock

SERVICE = "sqlserver"
VERSION = "2018-03-28"
ACTION = "QueryMigrationCheckProcess"

ADVICE: envelope.Advice = (
    ("AuthFailure.SignatureExpire", "Set this machine's clock: it differs from Tencent's by more than five minutes."),
    ("AuthFailure", "Check the secret id, key and token, and that they belong to this endpoint's kind of account."),
    ("Unauthorized", f"Allow the action {SERVICE}:{ACTION} in CAM."),
    ("ResourceNotFound", "Check migrate_id, region, and that the credentials belong to the migration's account."),
    ("UnsupportedRegion", "Check region."),
)
"""What to do, by the beginning of the API's error code."""


class MigrationApi:
    """Asks one endpoint about one region's migrations; one gate, and so one thread, uses it."""

    def __init__(
        self, credentials: Credentials, endpoint: Endpoint, region: str, *, clock: Clock, cancelled: threading.Event
    ) -> None:
        """Prepare; nothing is sent yet.

        Args:
            credentials: Who asks.
            endpoint: Whom to ask.
            region: The API's `Region`.
            clock: The time in which to await a turn under the process's limit.
            cancelled: Set when the update is cancelled: an exchange under way is left behind then.
        """
        self._client = Client(
            SERVICE,
            VERSION,
            credentials=credentials,
            endpoint=endpoint,
            region=region,
            clock=clock,
            cancelled=cancelled,
        )

    def query(self, migration: Migration, deadline: float) -> Progress:
        """Ask once how far a check is.

        Args:
            migration: Which one.
            deadline: The instant, on the clock, that bounds the exchange together with its own limits.

        Raises:
            ThrottledError: There were too many requests.
            TransientError: There was no connection or no sensible answer.
            PermanentError: The API refused.
            WaitCancelledError: The update was cancelled.
        """
        return self._client.call(ACTION, {"MigrateId": migration.migrate_id}, Progress, deadline, advice=ADVICE)
