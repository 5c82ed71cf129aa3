"""The root cause of a failed exchange; `test_sqlserver` tests the rest."""

import ssl

from pulumi_tcsql_check.tencent import response


def test_the_root_cause_of_circular_causes_is_found() -> None:
    """Errors that name each other as their cause don't cause an endless loop."""
    first, second = ValueError(), KeyError()
    first.__cause__, second.__cause__ = second, first
    assert response.root_cause(first) in ("KeyError", "ValueError")


def test_the_root_cause_of_a_refused_certificate_is_openssls_reason() -> None:
    """The user sees OpenSSL's own sentence."""
    error = ssl.SSLCertVerificationError()
    error.verify_message = "certificate has expired"
    assert str(response.root_cause(OSError(error))) == "its certificate was refused (certificate has expired)"
