"""Moves the token service and the metadata in the provider process, and in no other, to where a test says.

And, where a test says so, has all that logs in that process log everything, to its stderr, and lets each gate come to
its own end when another was refused. In any process it can stand for a file system that hangs: a call that opens a
file in the folder that a test names, or asks for its status, never returns.

Their addresses are constants of the package's modules, which no configuration and no variable of its own reaches. With
this folder on `PYTHONPATH` Python runs this file at its start.
"""

import io
import logging
import os
import sys
import threading
from collections.abc import Callable

VARIABLE = "TCSQL_CHECK_TEST_STAND_IN"
LOG_VARIABLE = "TCSQL_CHECK_TEST_LOG_EVERYTHING"
ALONE_VARIABLE = "TCSQL_CHECK_TEST_EACH_ALONE"
HUNG_VARIABLE = "TCSQL_CHECK_TEST_HUNG_FOLDER"


def _hang(call: Callable[..., object], folder: str) -> Callable[..., object]:
    """Make a call that never returns for what is in a folder."""

    def hanging(path: object, *args: object, **more: object) -> object:
        if str(path).startswith(folder):
            threading.Event().wait()
        return call(path, *args, **more)

    return hanging


if os.environ.get(HUNG_VARIABLE):
    for module, name in ((io, "open"), (os, "open"), (os, "stat")):
        setattr(module, name, _hang(getattr(module, name), os.environ[HUNG_VARIABLE]))

if os.environ.get(VARIABLE) and "pulumi.dynamic" in sys.orig_argv:
    from pulumi_tcsql_check.config import validation
    from pulumi_tcsql_check.tencent import metadata, sts

    sts.ENDPOINT = validation.endpoint(os.environ[VARIABLE])
    metadata.METADATA_URL = os.environ[VARIABLE] + metadata.METADATA_URL.split(".com", 1)[1]

if os.environ.get(LOG_VARIABLE) and "pulumi.dynamic" in sys.orig_argv:
    logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)

if os.environ.get(ALONE_VARIABLE) and "pulumi.dynamic" in sys.orig_argv:
    from pulumi_tcsql_check.dynamic_host import host

    host.end_other_waits = lambda: None
