"""The endpoint that a gate queries: which source takes precedence, and what is refused."""

from collections.abc import Mapping

import pytest

from pulumi_tcsql_check.config import endpoints
from pulumi_tcsql_check.errors import InvalidInputError
from pulumi_tcsql_check.model.endpoint import Endpoint

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
def test_the_most_specific_source_takes_precedence(
    given: Endpoint | None, config: Mapping[str, str], expected: Endpoint | None
) -> None:
    """The input precedes the stack's endpoint, then the domain, then Tencent's host; empty means not set."""
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
    """Every other region uses the international host, or the domain's."""
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
def test_a_host_is_tencents_under_its_domain_or_the_configured_one(host: str, domain: str, expected: object) -> None:
    """A name that only contains or resembles one of them is not Tencent's."""
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
def test_an_invalid_domain_is_refused(domain: object, given: Endpoint | None) -> None:
    """With a single label as domain any host would count as Tencent's, and an IP address isn't a domain."""
    config = {"tencentcloud:domain": domain}
    with pytest.raises(
        InvalidInputError, match=r"^tencentcloud:domain is .* but must be a domain of two names or more"
    ):
        endpoints.is_tencents(endpoints.choose(given, config, "ap-guangzhou"), config)


@pytest.mark.parametrize("protocol", ["HTTP", "http", "ftp", 1])
def test_a_host_of_a_domain_needs_https(protocol: object) -> None:
    """Credentials and verdicts need TLS; plain HTTP is for this machine alone, under its own key."""
    config = {"tencentcloud:protocol": protocol}
    with pytest.raises(InvalidInputError, match=r"^tencentcloud:protocol is .* but must be HTTPS: over HTTP"):
        endpoints.choose(None, config, "ap-guangzhou")
    assert endpoints.choose(GIVEN, config, "ap-guangzhou") == GIVEN


@pytest.mark.parametrize("value", ["http://somewhere.test", "https://somewhere.test/path", 7])
def test_a_configured_endpoint_is_validated(value: object) -> None:
    """A value that is invalid as an input is invalid as configuration too."""
    with pytest.raises(InvalidInputError, match="but must be a bare host or https"):
        endpoints.choose(None, {"tcsql-check:endpoint": value}, "ap-guangzhou")


def test_an_invalid_endpoint_of_the_stack_is_named_by_its_key() -> None:
    """The program has no such input, so the error doesn't name one."""
    with pytest.raises(InvalidInputError, match=r"^tcsql-check:endpoint is 'ftp://x', but must be "):
        endpoints.choose(None, {"tcsql-check:endpoint": "ftp://x"}, "ap-guangzhou")


PRIVATE = Endpoint("https", "sqlserver.cloud.example")
TENCENTS = Endpoint("https", DEFAULT)


OPTION = "PULUMI_OPTION_CONFIG"
SHOP = "shop"


@pytest.mark.parametrize(
    ("option", "key"),
    [
        ("tcsql-check:endpoint=http://127.0.0.1:1", "tcsql-check:endpoint"),
        ("tcsql-check:endpoint=", "tcsql-check:endpoint"),
        ("tcsql-check:endpoint", "tcsql-check:endpoint"),
        ("tcsql-check:endpoint,test:a=b", "tcsql-check:endpoint"),
        ("test:a=b,tcsql-check:endpoint=x", "tcsql-check:endpoint"),
        ('"test:a=b, c","tcsql-check:endpoint=x"', "tcsql-check:endpoint"),
        ('"test:a=b\nc","tcsql-check:endpoint=x"', "tcsql-check:endpoint"),
        (" 'tcsql-check:endpoint' =x", "tcsql-check:endpoint"),
        ("tcsql-check:config:endpoint=x", "tcsql-check:endpoint"),
        ('tcsql-check:["endpoint"]=x', "tcsql-check:endpoint"),
        ('"tcsql-check:[""endpoint""]=x"', "tcsql-check:endpoint"),
        ("tcsql-check:endpoint.host=x", "tcsql-check:endpoint"),
        ('tcsql-check:endpoint["host"]=x', "tcsql-check:endpoint"),
        ("tcsql-check:endpoint[0]=x", "tcsql-check:endpoint"),
        ("tencentcloud:domain=tencentcloudapi.com", "tencentcloud:domain"),
        ("tencentcloud:domain", "tencentcloud:domain"),
        ("TencentCloud:Domain=cloud.example", "tencentcloud:domain"),
    ],
)
def test_a_variable_that_sets_a_key_of_the_endpoint_is_refused(option: str, key: str) -> None:
    """This holds for any value, including Tencent Cloud's host and none; the error shows only the key."""
    with pytest.raises(InvalidInputError) as refused:
        endpoints.refuse_option_variables(TENCENTS, SHOP, {OPTION: option})
    assert str(refused.value) == (
        f"PULUMI_OPTION_CONFIG is '{key}=...', but must be without that key, since no variable may choose the "
        "endpoint; Pulumi has saved the key in the stack's file as well: correct it there with "
        f"`pulumi config set {key}` or `pulumi config rm {key}`."
    )


@pytest.mark.parametrize(
    ("project", "option", "key"),
    [
        ("tcsql-check", "endpoint=http://127.0.0.1:1", "tcsql-check:endpoint"),
        ("tcsql-check", "a:b=c,endpoint", "tcsql-check:endpoint"),
        ("tcsql-check", '["endpoint"]=x', "tcsql-check:endpoint"),
        ("tencentcloud", "domain=cloud.example", "tencentcloud:domain"),
        (None, "endpoint=x", "tcsql-check:endpoint"),
        (None, "domain=x", "tencentcloud:domain"),
    ],
)
def test_a_key_without_a_namespace_is_refused_in_a_project_of_that_name(
    project: str | None, option: str, key: str
) -> None:
    """Pulumi completes such a key with the project's name; an unknown project may have that name."""
    with pytest.raises(InvalidInputError, match=rf"^PULUMI_OPTION_CONFIG is '{key}=\.\.\.'"):
        endpoints.refuse_option_variables(TENCENTS, project, {OPTION: option})


@pytest.mark.parametrize(
    "option",
    [
        "",
        "domain=cloud.example,endpoint=x",
        "shop:domain=cloud.example,shop:endpoint=x",
        "my-tencentcloud:domain=cloud.example,my-tcsql-check:endpoint=x",
        "tcsql-check:endpoints=x,tencentcloud:domains=x,tcsql-check:domain=x,tencentcloud:endpoint=x",
        "shop:note=tencentcloud:domain=x",
        "tencentcloud:region=ap-guangzhou",
    ],
)
@pytest.mark.parametrize("endpoint", [PRIVATE, GIVEN, TENCENTS])
def test_a_variable_that_sets_another_key_is_not_refused(option: str, endpoint: Endpoint) -> None:
    """The stack's own private domain still works, even if keys with similar names are set."""
    endpoints.refuse_option_variables(endpoint, SHOP, {OPTION: option})


@pytest.mark.parametrize(
    ("variable", "option"),
    [("PULUMI_OPTION_CONFIG_FILE", "--config-file"), ("PULUMI_OPTION_OVERRIDE_ENV", "--override-env")],
)
@pytest.mark.parametrize("endpoint", [GIVEN, PRIVATE])
def test_a_variable_that_replaces_the_configuration_is_refused_with_another_endpoint(
    endpoint: Endpoint, variable: str, option: str
) -> None:
    """The new configuration may have chosen the endpoint, or the private domain of the endpoint."""
    with pytest.raises(InvalidInputError) as refused:
        endpoints.refuse_option_variables(endpoint, SHOP, {variable: "other"})
    assert str(refused.value) == (
        f"{variable} is 'other', but must be left out when the endpoint is {endpoint}: no variable may choose it; use "
        f"`{option}`."
    )
    endpoints.refuse_option_variables(endpoint, SHOP, {variable: ""})
    endpoints.refuse_option_variables(TENCENTS, SHOP, {variable: "other"})
