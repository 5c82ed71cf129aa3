"""Certificates that a client must refuse, made when the emulator starts: none is ever stored, nor is a key.

`trustme` makes them; it is needed for the scenarios under TLS alone.
"""

import ssl
from pathlib import Path

from pulumi_tcsql_check.emulator.loading import ScenarioError
from pulumi_tcsql_check.emulator.scenario import Scenario

OTHER_HOST = "elsewhere.example"
"""Whose the certificate is where the name is wrong."""


def context(scenario: Scenario, host: str, authority: Path | None) -> ssl.SSLContext:
    """Make what a server needs to speak TLS.

    Args:
        scenario: One with `tls`.
        host: The address that clients connect to.
        authority: Where to write the authority's certificate, for clients that are to trust it.

    Raises:
        ScenarioError: `trustme` is not installed.
    """
    try:
        import trustme  # noqa: PLC0415  # an extra
    except ImportError:
        problem = 'it speaks TLS, which needs trustme: install "pulumi-tcsql-check[tls]" or trustme itself'
        raise ScenarioError(scenario.name, problem) from None
    made = trustme.CA()
    if authority is not None:
        made.cert_pem.write_to_path(str(authority))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.issue_cert(host if scenario.tls == "untrusted" else OTHER_HOST).configure_cert(server)
    return server
