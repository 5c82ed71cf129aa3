"""Whom a gate asks: who wins, and what is refused."""

from collections.abc import Mapping

import pytest

from pulumi_tcsql_check import endpoints
from pulumi_tcsql_check.errors import InvalidInputError
from pulumi_tcsql_check.inputs import Endpoint

GIVEN = Endpoint("http", "127.0.0.1:1")
DEFAULT = "sqlserver.intl.tencentcloudapi.com"
STACK = {"tcsql-check:endpoint": "https://stack.example"}
DOMAIN = {"tencentcloud:domain": "cloud.example"}


@pytest.mark.parametrize(
    ("given", "config", "expected"),
    [
        (GIVEN, {**STACK, **DOMAIN}, GIVEN),
        (None, {**STACK, **DOMAIN}, Endpoint("https", "stack.example")),
        (None, DOMAIN, Endpoint("https", "sqlserver.cloud.example")),
        (None, {"tencentcloud:domain": "TencentCloudAPI.com"}, Endpoint("https", "sqlserver.tencentcloudapi.com")),
        (None, {"tencentcloud:protocol": "https"}, Endpoint("https", DEFAULT)),
        (None, {"tcsql-check:endpoint": "", "tencentcloud:domain": "", "tencentcloud:protocol": ""}, None),
        (None, {"tcsql-check:endpoint": None}, None),
        (None, {}, None),
    ],
)
def test_the_nearest_word_counts(given: Endpoint | None, config: Mapping[str, str], expected: Endpoint | None) -> None:
    """The input goes before the stack's endpoint, that before the domain, that before Tencent's host; empty is none."""
    assert endpoints.choose(given, config, "ap-guangzhou") == (expected or Endpoint("https", DEFAULT))


@pytest.mark.parametrize(
    ("region", "domain", "host"),
    [
        ("ap-guangzhou", "", DEFAULT),
        ("na-ashburn", "", DEFAULT),
        ("ap-shanghai-fsi", "", "sqlserver.ap-shanghai-fsi.tencentcloudapi.com"),
        ("ap-shenzhen-fsi", "", "sqlserver.ap-shenzhen-fsi.tencentcloudapi.com"),
        ("ap-shenzhen-fsi", "cloud.example", "sqlserver.ap-shenzhen-fsi.cloud.example"),
    ],
)
def test_finance_regions_have_a_host_of_their_own(region: str, domain: str, host: str) -> None:
    """All other regions share the international one, or the domain's."""
    config = {"tencentcloud:domain": domain}
    endpoint = endpoints.choose(None, config, region)
    assert endpoint == Endpoint("https", host)
    assert endpoints.is_tencents(endpoint, config)


@pytest.mark.parametrize(
    ("host", "domain", "expected"),
    [
        ("sqlserver.tencentcloudapi.com", "", True),
        ("sqlserver.tencentcloudapi.com", "cloud.example", True),
        ("sqlserver.cloud.example", "cloud.example", True),
        ("cloud.example", "cloud.example", True),
        ("sqlserver.cloud.example", "", False),
        ("sqlserver.mycloud.example", "cloud.example", False),
        ("cloud.example.evil.example", "cloud.example", False),
        ("127.0.0.1:8918", "cloud.example", False),
        ("[::1]:8918", "cloud.example", False),
    ],
)
def test_what_is_tencents_is_under_its_domain_or_the_configured_one(host: str, domain: str, expected: object) -> None:
    """A name that merely contains or ends like one of them is somebody else's."""
    assert endpoints.is_tencents(Endpoint("https", host), {"tencentcloud:domain": domain}) is expected


@pytest.mark.parametrize(
    "domain",
    [
        "com",
        "localhost",
        "127.0.0.1",
        "1.2",
        "[::1]",
        "https://cloud.example",
        "cloud.example:443",
        "cloud.example/x",
        ".cloud.example",
        "cloud.example.",
        "cloud..example",
        "cloud.example\n",
        "a@cloud.example",
        "-cloud.example",
        7,
    ],
)
@pytest.mark.parametrize("given", [None, GIVEN])
def test_what_is_no_domain_is_refused(domain: object, given: Endpoint | None) -> None:
    """With a domain of a single name everybody's host would be Tencent's, and an address is none."""
    config = {"tencentcloud:domain": domain}
    with pytest.raises(
        InvalidInputError, match=r"^tencentcloud:domain is .* but must be a domain of two names or more"
    ):
        endpoints.is_tencents(endpoints.choose(given, config, "ap-guangzhou"), config)


@pytest.mark.parametrize("protocol", ["HTTP", "http", "ftp", 1])
def test_no_other_protocol_than_https_leads_to_a_host_of_a_domain(protocol: object) -> None:
    """Credentials and verdicts go over TLS but for this machine, which has its own key for it."""
    config = {"tencentcloud:protocol": protocol}
    with pytest.raises(InvalidInputError, match=r"^tencentcloud:protocol is .* but must be HTTPS: over HTTP"):
        endpoints.choose(None, config, "ap-guangzhou")
    assert endpoints.choose(GIVEN, config, "ap-guangzhou") == GIVEN


@pytest.mark.parametrize("value", ["http://somewhere.test", "https://somewhere.test/path", 7])
def test_a_configured_endpoint_is_validated(value: object) -> None:
    """What isn't allowed as an input isn't allowed as configuration either."""
    with pytest.raises(InvalidInputError, match="but must be a bare host or https"):
        endpoints.choose(None, {"tcsql-check:endpoint": value}, "ap-guangzhou")


def test_a_bad_endpoint_of_the_stack_is_called_by_its_key() -> None:
    """The program has no such input, so the sentence must not say that it has."""
    with pytest.raises(InvalidInputError, match=r"^tcsql-check:endpoint is 'ftp://x', but must be "):
        endpoints.choose(None, {"tcsql-check:endpoint": "ftp://x"}, "ap-guangzhou")


PRIVATE = Endpoint("https", "sqlserver.cloud.example")
TENCENTS = Endpoint("https", DEFAULT)


@pytest.mark.parametrize(
    ("option", "key"),
    [
        ("tcsql-check:endpoint=http://127.0.0.1:1", "tcsql-check:endpoint"),
        ("tcsql-check:endpoint=", "tcsql-check:endpoint"),
        ("test:a=b,tcsql-check:endpoint=x", "tcsql-check:endpoint"),
        ('"test:a=b, c","tcsql-check:endpoint=x"', "tcsql-check:endpoint"),
        ("'tcsql-check:endpoint'=x", "tcsql-check:endpoint"),
        ("tcsql-check:config:endpoint=x", "tcsql-check:endpoint"),
        ('tcsql-check:["endpoint"]=x', "tcsql-check:endpoint"),
        ("tcsql-check:endpoint.host=x", "tcsql-check:endpoint"),
        ("tencentcloud:domain=tencentcloudapi.com", "tencentcloud:domain"),
        ("TencentCloud:Domain=cloud.example", "tencentcloud:domain"),
    ],
)
def test_a_variable_that_sets_a_key_of_the_endpoint_is_refused(option: str, key: str) -> None:
    """Whatever the value is, Tencent Cloud's host included; the sentence shows the key alone."""
    with pytest.raises(InvalidInputError) as refused:
        endpoints.refuse_option_variables(TENCENTS, {}, {"PULUMI_OPTION_CONFIG": option})
    assert str(refused.value) == (
        f"PULUMI_OPTION_CONFIG is '{key}=...', but must be without that key: no variable may choose the endpoint; use "
        "`pulumi config set`, or `-c`."
    )


@pytest.mark.parametrize("option", ["endpoint=http://127.0.0.1:1", "a:b=c,endpoint=x"])
def test_a_variable_that_sets_the_key_of_a_project_of_this_name_is_refused(option: str) -> None:
    """In a project called tcsql-check, a key without a namespace is that key."""

    class Config:
        """What the provider of such a project is given."""

        def get(self, key: str) -> str | None:
            """Complete a key as the SDK does."""
            return {"tcsql-check:endpoint": "x"}.get(key if ":" in key else f"tcsql-check:{key}")

    with pytest.raises(InvalidInputError, match=r"^PULUMI_OPTION_CONFIG is 'tcsql-check:endpoint=\.\.\.'"):
        endpoints.refuse_option_variables(Endpoint("https", "x"), Config(), {"PULUMI_OPTION_CONFIG": option})


@pytest.mark.parametrize(
    ("environ", "endpoint"),
    [
        ({}, GIVEN),
        ({"PULUMI_OPTION_CONFIG": "", "PULUMI_OPTION_CONFIG_FILE": ""}, GIVEN),
        ({"PULUMI_OPTION_CONFIG": "shop:domain=cloud.example,domain=x,endpoint=y,tcsql-check:endpoints=z"}, PRIVATE),
        ({"PULUMI_OPTION_CONFIG_FILE": "Pulumi.other.yaml"}, TENCENTS),
    ],
)
def test_a_variable_that_sets_something_else_is_not_refused(environ: Mapping[str, str], endpoint: Endpoint) -> None:
    """So the stack's own private domain, and a file of which nothing of the endpoint comes, go on working."""
    endpoints.refuse_option_variables(endpoint, DOMAIN, environ)


@pytest.mark.parametrize("endpoint", [GIVEN, PRIVATE])
def test_a_variable_that_names_another_file_is_refused_with_another_endpoint(endpoint: Endpoint) -> None:
    """The file may have chosen it."""
    with pytest.raises(InvalidInputError) as refused:
        endpoints.refuse_option_variables(endpoint, DOMAIN, {"PULUMI_OPTION_CONFIG_FILE": "Pulumi.other.yaml"})
    assert str(refused.value) == (
        f"PULUMI_OPTION_CONFIG_FILE is 'Pulumi.other.yaml', but must be left out when the endpoint is {endpoint}: no "
        "variable may choose it; use `--config-file`."
    )
