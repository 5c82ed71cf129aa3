"""Reads the sources of credentials, in the order of the README's table."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from pulumi_tcsql_check.config import CONFIG_NAMESPACE
from pulumi_tcsql_check.config.provider_config import ProviderConfig
from pulumi_tcsql_check.config.stack_config import StackConfig
from pulumi_tcsql_check.credentials import files
from pulumi_tcsql_check.credentials.files import DEFAULT_PROFILE, Reader
from pulumi_tcsql_check.credentials.pair import pair
from pulumi_tcsql_check.errors import CredentialsError
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.model.credentials import Credentials, Source

_KEYS = (f"{CONFIG_NAMESPACE}:secretId", f"{CONFIG_NAMESPACE}:secretKey")
_VARIABLES = ("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY")


def find(settings: ProviderConfig, local: Sequence[Source], roles: tuple[Source, Source]) -> Credentials:
    """Return the first credentials found in the local sources, the TKE pod and the CVM instance.

    A named role (`camRoleName`, `enablePodOidc`) comes before all else, as in Pulumi's provider.

    Raises:
        CredentialsError: A source is unusable, or none has credentials.
    """
    pod, instance = roles
    sources = (pod,) if settings.pod_oidc else (instance,) if settings.cam_role else (*local, pod, instance)
    found = first(sources)
    if found is None:
        tried = [name for name, _ in sources]
        raise CredentialsError(Sentence("no credentials"), tried, reason="missing")
    return found


def first(sources: Sequence[Source]) -> Credentials | None:
    """Return the credentials of the first source that has some; None if none has."""
    return next((found for _, search in sources if (found := search()) is not None), None)


def local_sources(
    settings: ProviderConfig, config: StackConfig | None, environ: Mapping[str, str], home: Path, read: Reader
) -> tuple[Source, ...]:
    """List the sources on this machine, in their order; none if a role is named.

    Raises:
        CredentialsError: A CVM role is named, and the command line's file names another role.
    """
    if settings.pod_oidc:
        return ()
    if settings.cam_role is not None:
        keys = zip(_KEYS, _VARIABLES, strict=True)
        has_keys = all((config or {}).get(key) or environ.get(variable) for key, variable in keys)
        _, path = _cli_file(settings, home)
        # For lack of keys, Pulumi's provider would assume the role in tccli's file.
        if not has_keys and files.cli_role(path, files.cli_values(path, read)) is not None:
            raise CredentialsError(Sentence("two roles of instance and file", name=settings.cam_role.by, path=path))
        return ()
    stack: tuple[Source, ...] = ()
    if config is not None:
        stack = ((Sentence("place stack", key=_KEYS[0]), lambda: _from_config(config)),)
    environment = (Sentence("place environment", variable=_VARIABLES[0]), lambda: _from_environment(environ))
    return (*stack, environment, *_files(settings, home, read))


def _from_config(config: StackConfig) -> Credentials | None:
    return pair(Sentence("source stack"), _KEYS, config.get, config.get(f"{CONFIG_NAMESPACE}:securityToken"))


def _from_environment(environ: Mapping[str, str]) -> Credentials | None:
    token = environ.get("TENCENTCLOUD_TOKEN") or environ.get("TENCENTCLOUD_SECURITY_TOKEN")
    return pair(Sentence("source environment"), _VARIABLES, environ.get, token)


def _files(settings: ProviderConfig, home: Path, read: Reader) -> tuple[Source, ...]:
    """List the SDK's file, then tccli's; a profile or folder that is set must have credentials."""
    profile, (cli_name, cli_path) = _profile(settings), _cli_file(settings, home)
    sdk_name = "~/.tencentcloud/credentials"
    sdk: Source = (sdk_name, partial(files.from_profile_file, home, profile, read))
    cli: Source = (cli_name, partial(files.from_cli_file, cli_path, read))
    if settings.credentials_dir:
        return (cli, ("", partial(_refuse_empty, settings.credentials_dir.by, [cli_name])))
    if settings.profile:
        return (cli, sdk, ("", partial(_refuse_empty, settings.profile.by, [cli_name, f"{sdk_name} ({profile})"])))
    return (sdk if settings.allowed else (sdk_name, partial(_refuse_two, sdk, cli)), cli)


def _cli_file(settings: ProviderConfig, home: Path) -> tuple[str, Path]:
    """Return tccli's file, by its name in a text and by its path."""
    folder = settings.credentials_dir.value if settings.credentials_dir else "~/.tccli"
    file = f"{_profile(settings)}.credential"
    path = home / folder[2:] if folder == "~" or folder.startswith("~/") else Path(folder)
    return f"{folder}/{file}", path / file


def _profile(settings: ProviderConfig) -> str:
    return settings.profile.value if settings.profile else DEFAULT_PROFILE


def _refuse_two(sdk: Source, cli: Source) -> Credentials | None:
    """Read the SDK's file; other credentials in tccli's, which Pulumi's provider reads, are refused."""
    found = sdk[1]()
    other = cli[1]() if found else None
    if found and other and (found.secret_id, found.role) != (other.secret_id, other.role):
        key = f"{CONFIG_NAMESPACE}:allowedAccountIds"
        raise CredentialsError(Sentence("two callers", first=found.source, second=other.source, key=key))
    return found


def _refuse_empty(name: str, paths: list[str]) -> Credentials | None:
    """End the search with an error: the source that was asked for has no credentials."""
    raise CredentialsError(Sentence("asked source is empty", name=name, paths=paths))
