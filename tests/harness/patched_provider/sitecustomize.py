"""Patches of the provider process for end-to-end tests, each switched on by an environment variable.

Python runs this file at its start if this folder is on `PYTHONPATH`. In the provider process alone it redirects the
token service and the instance metadata, whose addresses are constants that no configuration reaches; logs everything to
stderr; or keeps a refused gate from ending the waits of the others. In any process it blocks for ever each call that
opens a file in a folder, or reads its status, as on a file system that hangs.
"""

import io
import logging
import os
import sys
import threading
from collections.abc import Callable

SERVICES_URL_VARIABLE = "TCSQL_CHECK_TEST_SERVICES_URL"
LOG_VARIABLE = "TCSQL_CHECK_TEST_LOG_EVERYTHING"
ISOLATED_GATES_VARIABLE = "TCSQL_CHECK_TEST_ISOLATED_GATES"
HUNG_VARIABLE = "TCSQL_CHECK_TEST_HUNG_FOLDER"


def _hang(call: Callable[..., object], folder: str) -> Callable[..., object]:
    """Wrap a call so that it never returns for a path in this folder."""

    def hanging(path: object, *args: object, **more: object) -> object:
        if str(path).startswith(folder):
            threading.Event().wait()
        return call(path, *args, **more)

    return hanging


if os.environ.get(HUNG_VARIABLE):
    for module, name in ((io, "open"), (os, "open"), (os, "stat")):
        setattr(module, name, _hang(getattr(module, name), os.environ[HUNG_VARIABLE]))

if os.environ.get(SERVICES_URL_VARIABLE) and "pulumi.dynamic" in sys.orig_argv:
    from pulumi_tcsql_check.config import validation
    from pulumi_tcsql_check.tencent import metadata, sts

    sts.ENDPOINT = validation.endpoint(os.environ[SERVICES_URL_VARIABLE])
    metadata.METADATA_URL = os.environ[SERVICES_URL_VARIABLE] + metadata.METADATA_URL.split(".com", 1)[1]

if os.environ.get(LOG_VARIABLE) and "pulumi.dynamic" in sys.orig_argv:
    logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)

if os.environ.get(ISOLATED_GATES_VARIABLE) and "pulumi.dynamic" in sys.orig_argv:
    from pulumi_tcsql_check.dynamic_host import host

    host.end_other_waits = lambda call: None  # noqa: ARG005  # the name is the function's
