"""Tencent's SDK as a client of the emulator: starts a migration check, as a pipeline does before `pulumi up`."""

from urllib.parse import urlsplit

from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.credential import Credential
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

from pulumi_tcsql_check.emulator import Keys

DUMMIES = Keys()


def make_client(url: str, keys: Keys = DUMMIES) -> CommonClient:
    """Make an SDK client for an emulator."""
    http = HttpProfile(protocol="http", endpoint=urlsplit(url).netloc)
    credential = Credential(keys.secret_id, keys.secret_key, keys.token)
    return CommonClient("sqlserver", "2018-03-28", credential, "ap-guangzhou", ClientProfile(httpProfile=http))


def start_check(url: str, migrate_id: int, keys: Keys = DUMMIES) -> int:
    """Start a check on an emulator, and return its flow id."""
    flow_id: int = make_client(url, keys).call_json("StartMigrationCheck", {"MigrateId": migrate_id})["Response"][
        "FlowId"
    ]
    return flow_id
