"""The directive `facts`: a table of the package's own names and texts, made when the pages are built.

    ```{facts} exit-codes
    The site, which `make docs` builds, has this table.
    ```

The text is for readers of the plain file. A name that the package reads and this file doesn't describe ends the build.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from docutils import nodes
from harness.fault_cases import FAULTS, FAULTS_BY_GROUP
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from pulumi_tcsql_check import errors, log
from pulumi_tcsql_check.cli.outcome import EXIT_CODES
from pulumi_tcsql_check.config import (
    CONFIG_NAMESPACE,
    assumed_role,
    endpoints,
    language,
    own_keys,
    provider_config,
    report_folder,
)
from pulumi_tcsql_check.emulator import built_in_names, load
from pulumi_tcsql_check.errors import TcsqlCheckError
from pulumi_tcsql_check.errors.codes import CODES
from pulumi_tcsql_check.languages.sentence import CHINESE, render
from pulumi_tcsql_check.model.remedies import REMEDIES
from pulumi_tcsql_check.plugin import servicer

OWN_KEYS = {
    endpoints.ENDPOINT_KEY: "the endpoint of every gate and start in the stack that has none of its own",
    language.KEY: "`en` (the default) or `zh`: the language of rows, errors and warnings",
    own_keys.REQUIRE_FLOW: "`true` refuses every gate without a start or `flow_id`",
}
OWN_VARIABLES = {
    language.VARIABLE: "the language of the command, and of a stack without the key",
    log.VARIABLE: "`debug`, `info` or `warning`: the lowest level that is written to stderr",
    report_folder.VARIABLE: "the folder for reports of gates, relative to the project's",
}
PROVIDER_KEYS = {
    "allowedAccountIds": "only these accounts may query; the gate gets the account from STS first",
    "assumeRole": "the role to assume: `roleArn`, `sessionName`, `sessionDuration`, `policy`, `externalId`, "
    "`sourceIdentity`. A one-time code (`serialNumber`, `tokenCode`) is refused, and so are two different roles",
    "camRoleName": "queries as the CVM instance's role; refused with a `role-arn` in the CLI's file if no pair is set",
    "domain": "the root of the hosts: `sqlserver.<domain>`. The variable is ignored",
    "enablePodOidc": "queries as the TKE pod's identity; refused with a role to assume",
    "forbiddenAccountIds": "these accounts may not query",
    "profile": "the section of a file, and `<profile>.credential`",
    "protocol": "`HTTPS`; `HTTP` is refused. The variable is ignored",
    "region": "the region of every gate and start without one of its own",
    "secretId": "the secret id",
    "secretKey": "the secret key",
    "securityToken": "the token of temporary credentials; the second variable is read if the first is empty",
    "sharedCredentialsDir": "the folder of `<profile>.credential`, in place of `~/.tccli`",
}
PROVIDER_VARIABLES = {
    "assumeRole": assumed_role.VARIABLES,
    "camRoleName": ("TENCENTCLOUD_CAM_ROLE_NAME",),
    "domain": ("TENCENTCLOUD_DOMAIN",),
    "profile": ("TENCENTCLOUD_PROFILE",),
    "protocol": ("TENCENTCLOUD_PROTOCOL",),
    "region": ("TENCENTCLOUD_REGION",),
    "secretId": ("TENCENTCLOUD_SECRET_ID",),
    "secretKey": ("TENCENTCLOUD_SECRET_KEY",),
    "securityToken": ("TENCENTCLOUD_TOKEN", "TENCENTCLOUD_SECURITY_TOKEN"),
    "sharedCredentialsDir": ("TENCENTCLOUD_SHARED_CREDENTIALS_DIR",),
}
MACHINE_VARIABLES = {
    "`TKE_REGION`, `TKE_PROVIDER_ID`, `TKE_WEB_IDENTITY_TOKEN_FILE`, `TKE_ROLE_ARN`": "the TKE pod's identity",
    "`REQUESTS_CA_BUNDLE`": "the certificates to trust, in place of the library's",
    "`HTTPS_PROXY`, `NO_PROXY`": "the proxy, and the hosts without one",
    "`NO_COLOR`": "the command writes no colours",
}


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def code(names: Iterable[str]) -> str:
    """Return names as code, joined by commas."""
    return ", ".join(f"`{name}`" for name in names)


def described(names: Iterable[str], meanings: Mapping[str, str]) -> Mapping[str, str]:
    """Return the meanings; raises `ValueError` unless they are those of exactly these names."""
    if set(names) != set(meanings):
        raise ValueError(set(names) ^ set(meanings))
    return meanings


def own_settings() -> str:
    """The keys and variables of this package."""
    settings = {**OWN_KEYS, **OWN_VARIABLES}
    return table(("key or variable", "meaning"), ((f"`{name}`", meaning) for name, meaning in settings.items()))


def plugin_settings() -> str:
    """The keys of the plugin, as its schema describes them."""
    settings = json.loads(servicer.schema())["config"]["variables"].items()
    return table(("key", "meaning"), ((f"`{own_keys.NAMESPACE}:{key}`", one["description"]) for key, one in settings))


def provider_settings() -> str:
    """The keys of Tencent Cloud's provider, and their variables."""
    known = described(provider_config.HONOURED, PROVIDER_KEYS)
    rows = [(f"`{CONFIG_NAMESPACE}:{key}`", code(PROVIDER_VARIABLES.get(key, ())), text) for key, text in known.items()]
    refused = [f"{CONFIG_NAMESPACE}:{key}" for key in provider_config.REFUSED]
    others = f"`{assumed_role.PREFIX}...` but those above, `TENCENTCLOUD_MFA_CERTIFICATION_...`"
    rows.append((code(refused), others, "refused"))
    ignored = [f"{CONFIG_NAMESPACE}:{key}" for key in provider_config.WITHOUT_MEANING_HERE]
    rows.append((code(ignored), "`TENCENTCLOUD_COS_DOMAIN`", "ignored: it is for another API"))
    rows.append(("any other", "", "named in one warning"))
    # A third column, for the variables, would make the table wider than the page.
    cells = (("<br>".join(filter(None, names)), text) for *names, text in rows)
    return table(("key, and below it the variable, if the key isn't set", "what the gate does"), cells)


def machine_settings() -> str:
    """The variables of others."""
    return table(("variable", "meaning"), MACHINE_VARIABLES.items())


def exit_codes() -> str:
    """The exit codes of the command."""
    rows = ((str(number), re.sub(r"--[a-z]+", r"`\g<0>`", meaning)) for number, meaning in EXIT_CODES.items())
    return table(("exit code", "meaning"), rows)


def error_codes() -> str:
    """The code of each type of error."""
    kinds: dict[str, list[str]] = {}
    for kind, name in CODES:
        is_ours = issubclass(kind, TcsqlCheckError)
        reference = f"{{class}}`~{errors.__name__}.{kind.__name__}`" if is_ours else f"`{kind.__name__}`"
        kinds.setdefault(name, []).append(reference)
    rows = ((f"[`{name}`](../troubleshooting.md#{name})", ", ".join(of_code)) for name, of_code in kinds.items())
    return table(("code", "type"), rows)


def remedies() -> str:
    """The published steps of a check, and what to check when one has failed."""
    return table(
        ("step", "what to check", "source"),
        (
            (f"{one.title}<br>{render(one.title, CHINESE)}", str(one.sentence), f"[page]({one.source})")
            for one in REMEDIES
        ),
    )


def scenarios() -> str:
    """The built-in scenarios that play no single fault."""
    faults = {case.scenario for case in FAULTS} - {"throttled"}
    names = [name for name in built_in_names() if name not in faults]
    return table(("scenario", "what it plays"), ((f"`{name}`", load(name).description) for name in names))


def faults(group: str) -> str:
    """One group of faults."""
    head = ("fault", "scenario", "what the gate does", "what it shows")
    return table(head, (case.row for case in FAULTS_BY_GROUP[group]))


TABLES: Mapping[str, Callable[..., str]] = {
    "error-codes": error_codes,
    "exit-codes": exit_codes,
    "faults": faults,
    "machine-settings": machine_settings,
    "own-settings": own_settings,
    "plugin-settings": plugin_settings,
    "provider-settings": provider_settings,
    "remedies": remedies,
    "scenarios": scenarios,
}


class Facts(SphinxDirective):  # type: ignore[misc]  # mypy runs where Sphinx isn't installed
    """Shows one of the tables; a second argument selects its part."""

    required_arguments = 1
    optional_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the table, parsed as Markdown."""
        name, *part = self.arguments
        parsed: list[nodes.Node] = self.parse_text_to_nodes(TABLES[name](*part))
        return parsed


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directive."""
    app.add_directive("facts", Facts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
