"""The program `tcsql-check`, which is also `python -m pulumi_tcsql_check`."""

import importlib.util
import os
import signal
import sys
import threading

from pulumi_tcsql_check import voice
from pulumi_tcsql_check.errors.next_step import nothing_asked

_NEEDED = ("click", "rich")
_GRACE_SECONDS = 0.3
_BY_A_SIGNAL = 128


def main() -> int:
    """Run the command, if what it needs is there.

    Returns:
        The exit code. A process that was told to end is gone soon after, whatever its threads are at.
    """
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        sys.stderr.write(
            f'tcsql-check needs {" and ".join(missing)}, which its extra brings: run `pip install "PATH[cli]"`, where '
            "PATH is the checkout or the wheel of pulumi-tcsql-check.\n"
        )
        return 2
    try:
        from pulumi_tcsql_check.cli import entry  # noqa: PLC0415  # can't be loaded without them
    except KeyboardInterrupt:  # from here on, it is heeded there
        return _BY_A_SIGNAL + signal.SIGINT
    except ImportError as error:
        with voice.speaking(voice.COMMAND):
            sys.stderr.write(f"{nothing_asked(error)}\n")
        return 2
    code = entry.run(sys.argv[1:])
    if code > _BY_A_SIGNAL:
        timer = threading.Timer(_GRACE_SECONDS, os._exit, (code,))
        timer.daemon = True
        timer.start()
    return code


if __name__ == "__main__":
    sys.exit(main())
