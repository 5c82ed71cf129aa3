"""Reads the sources of credentials, in the order of the README's table."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from pulumi_tcsql_check.config.provider_config import ProviderConfig
from pulumi_tcsql_check.config.stack_config import CONFIG_NAMESPACE, StackConfig
from pulumi_tcsql_check.credentials import files
from pulumi_tcsql_check.credentials.files import DEFAULT_PROFILE
from pulumi_tcsql_check.credentials.pair import pair
from pulumi_tcsql_check.errors import CredentialsError
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.model.credentials import Credentials, Source
from pulumi_tcsql_check.tencent.bounded_file import Reader


def find(asked: ProviderConfig, local: Sequence[Source], roles: tuple[Source, Source]) -> Credentials:
    """Return the first credentials found in the local sources, the TKE pod and the CVM instance.

    A named role (`camRoleName`, `enablePodOidc`) comes before all else, as in Pulumi's provider.

    Raises:
        CredentialsError: A source is unusable, or none has credentials.
    """
    pod, instance = roles
    sources = (pod,) if asked.pod_oidc else (instance,) if asked.cam_role else (*local, pod, instance)
    found = first(sources)
    if found is None:
        tried = [name for name, _ in sources]
        raise CredentialsError(Sentence("no credentials"), tried, reason="missing")
    return found


def first(sources: Sequence[Source]) -> Credentials | None:
    """Return the credentials of the first source that has some; None if none has."""
    for _, look in sources:
        found = look()
        if found is not None:
            return found
    return None


def local_sources(
    asked: ProviderConfig, config: StackConfig | None, environ: Mapping[str, str], home: Path, read: Reader
) -> tuple[Source, ...]:
    """List the sources on this machine, in their order; none if a role is named.

    Raises:
        CredentialsError: A CVM role is named, and the command line's file names another role.
    """
    if asked.pod_oidc:
        return ()
    if asked.cam_role is not None:
        _refuse_a_second_role(asked, asked.cam_role.by, config or {}, environ, home, read)
        return ()
    return (
        *_of_stack(config),
        (Sentence("place environment", variable="TENCENTCLOUD_SECRET_ID"), lambda: _from_environment(environ)),
        *_files(asked, home, read),
    )


def _cli_file(asked: ProviderConfig, home: Path) -> Path:
    """Return the path of tccli's file."""
    folder = _expand(asked.credentials_dir.value, home) if asked.credentials_dir else home / ".tccli"
    return folder / f"{_profile(asked)}.credential"


def _profile(asked: ProviderConfig) -> str:
    return asked.profile.value if asked.profile else DEFAULT_PROFILE


def _of_stack(config: StackConfig | None) -> tuple[Source, ...]:
    if config is None:
        return ()
    return ((Sentence("place stack", key=f"{CONFIG_NAMESPACE}:secretId"), lambda: _from_config(config)),)


def _from_config(config: StackConfig) -> Credentials | None:
    names = (f"{CONFIG_NAMESPACE}:secretId", f"{CONFIG_NAMESPACE}:secretKey")
    token = config.get(f"{CONFIG_NAMESPACE}:securityToken")
    return pair(Sentence("source stack"), names, config.get(names[0]), config.get(names[1]), token)


def _from_environment(environ: Mapping[str, str]) -> Credentials | None:
    names = ("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY")
    token = environ.get("TENCENTCLOUD_TOKEN") or environ.get("TENCENTCLOUD_SECURITY_TOKEN")
    return pair(Sentence("source environment"), names, environ.get(names[0]), environ.get(names[1]), token)


def _files(asked: ProviderConfig, home: Path, read: Reader) -> tuple[Source, ...]:
    """List the SDK's file, then tccli's; a profile or folder that is set must have credentials."""
    profile, path = _profile(asked), _cli_file(asked, home)
    sdk_name = "~/.tencentcloud/credentials"
    sdk: Source = (sdk_name, lambda: files.from_profile_file(home, profile, read))
    name = f"{asked.credentials_dir.value if asked.credentials_dir else '~/.tccli'}/{profile}.credential"
    cli: Source = (name, lambda: files.from_cli_file(path, read))
    if asked.credentials_dir:
        return (cli, ("", _missing(asked.credentials_dir.by, [name])))
    if asked.profile:
        return (cli, sdk, ("", _missing(asked.profile.by, [name, f"{sdk_name} ({profile})"])))
    return (sdk if asked.allowed else (sdk[0], _if_the_same(sdk, cli)), cli)


def _if_the_same(sdk: Source, cli: Source) -> Callable[[], Credentials | None]:
    """Make the source of the SDK's file; other credentials in tccli's, which Pulumi's provider reads, are refused."""

    def look() -> Credentials | None:
        found = sdk[1]()
        other = cli[1]() if found else None
        if found and other and (found.secret_id, found.role) != (other.secret_id, other.role):
            key = f"{CONFIG_NAMESPACE}:allowedAccountIds"
            raise CredentialsError(Sentence("two callers", first=found.source, second=other.source, key=key))
        return found

    return look


def _refuse_a_second_role(  # noqa: PLR0913, PLR0917  # as `local_sources`, and whose name to give
    asked: ProviderConfig, by: str, config: StackConfig, environ: Mapping[str, str], home: Path, read: Reader
) -> None:
    """Refuse a CVM role if Pulumi's provider, for lack of keys, would then assume the role in tccli's file."""
    keys = (("secretId", "TENCENTCLOUD_SECRET_ID"), ("secretKey", "TENCENTCLOUD_SECRET_KEY"))
    if all(config.get(f"{CONFIG_NAMESPACE}:{name}") or environ.get(variable) for name, variable in keys):
        return
    path = _cli_file(asked, home)
    if files.role_in_cli_file(path, read) is not None:
        raise CredentialsError(Sentence("two roles of instance and file", name=by, path=path))


def _missing(who: str, paths: list[str]) -> Callable[[], Credentials | None]:
    """Make a source that ends the search with an error: the one that was asked for has no credentials."""

    def look() -> Credentials | None:
        raise CredentialsError(Sentence("asked source is empty", name=who, paths=paths))

    return look


def _expand(folder: str, home: Path) -> Path:
    return home / folder[2:] if folder.startswith("~/") else home if folder == "~" else Path(folder)
