"""Moves the token service and the metadata in the provider process, and in no other, to where a test says.

And, where a test says so, has all that logs in that process log everything, to its stderr, and lets each gate come to
its own end when another was refused.

Their addresses are constants of the package's modules, which no configuration and no variable of its own reaches. With
this folder on `PYTHONPATH` Python runs this file at its start.
"""

import logging
import os
import sys

VARIABLE = "TCSQL_CHECK_TEST_STAND_IN"
LOG_VARIABLE = "TCSQL_CHECK_TEST_LOG_EVERYTHING"
ALONE_VARIABLE = "TCSQL_CHECK_TEST_EACH_ALONE"

if os.environ.get(VARIABLE) and "pulumi.dynamic" in sys.orig_argv:
    from pulumi_tcsql_check import inputs, role_credentials, sts

    sts.ENDPOINT = inputs.endpoint(os.environ[VARIABLE])
    role_credentials.METADATA_URL = os.environ[VARIABLE] + role_credentials.METADATA_URL.split(".com", 1)[1]

if os.environ.get(LOG_VARIABLE) and "pulumi.dynamic" in sys.orig_argv:
    logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)

if os.environ.get(ALONE_VARIABLE) and "pulumi.dynamic" in sys.orig_argv:
    from pulumi_tcsql_check import host

    host.end_other_waits = lambda: None
