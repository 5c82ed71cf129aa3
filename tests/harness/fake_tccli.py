"""A fake of Tencent's command line: the one command that the guides use, with the output of the real one.

`tccli` 3.1.189 against the emulator: `--filter FlowId` prints the number alone; if the API refuses, one line goes to
stderr, and the exit code is 255.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence

from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException

from harness.sdk_client import start_check
from pulumi_tcsql_check.emulator import Keys

REFUSED = 255


def main(words: Sequence[str]) -> int:
    """Start a check, and print its flow id."""
    parser = argparse.ArgumentParser()
    parser.add_argument("service", choices=["sqlserver"])
    parser.add_argument("action", choices=["StartMigrationCheck"])
    parser.add_argument("--MigrateId", dest="migrate_id", type=int, required=True)
    parser.add_argument("--region", choices=["ap-guangzhou"], required=True)
    parser.add_argument("--endpoint", default=os.environ["TCSQL_CHECK_TEST_TCCLI"])
    parser.add_argument("--filter", choices=["FlowId"])
    given = parser.parse_args(words)
    environ = os.environ
    keys = Keys(environ["TENCENTCLOUD_SECRET_ID"], environ["TENCENTCLOUD_SECRET_KEY"], environ["TENCENTCLOUD_TOKEN"])
    try:
        flow_id = start_check(given.endpoint, given.migrate_id, keys)
    except TencentCloudSDKException as error:
        print(error, file=sys.stderr)
        return REFUSED
    print(flow_id if given.filter else json.dumps({"FlowId": flow_id}))
    return 0
