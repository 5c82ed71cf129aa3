"""What to look at when a published step of the check has failed, with the page that says so.

Tencent publishes causes for two steps only, the character set and the version. For the others a remedy says what the
step checks and where to look, and claims no more. None of them is read out of an answer: they are chosen by the step's
name alone.
"""

import unicodedata
from typing import NamedTuple

API_PAGE = "https://www.tencentcloud.com/document/product/238/73280"
"""The API's page, whose example has the English names and what each step checks (seen 2025-10-28)."""

CHINESE_API_PAGE = "https://cloud.tencent.com/document/product/238/47328"
"""The same page in Chinese, whose example has the Chinese names (seen 2025-09-12)."""

CHARACTER_SET_PAGE = "https://www.tencentcloud.com/document/product/238/61318"
"""What a failed character set check means, and how to fix it (seen 2024-07-31)."""

VERSION_PAGE = "https://www.tencentcloud.com/document/product/238/61319"
"""What a failed version check means, and how to fix it (seen 2024-07-31)."""


class Remedy(NamedTuple):
    """What to look at when one step has failed.

    Attributes:
        name: The step's published name.
        chinese_name: Its name on the Chinese page; an answer may come in either language.
        sentence: What to look at, as one sentence.
        source: The published page that the sentence rests on.
    """

    name: str
    chinese_name: str
    sentence: str
    source: str


REMEDIES = (
    Remedy(
        "Source database connectivity check",
        "源库连接性检查",
        "The step checks whether the data transfer server can connect to the source database: look at the source "
        "instance and at the network to it.",
        API_PAGE,
    ),
    Remedy(
        "Target database connectivity check",
        "目的库连接性检查",
        "The step checks whether the data transfer server can connect to the target database: look at the target "
        "instance and at the network to it.",
        API_PAGE,
    ),
    Remedy(
        "Hard disk space check",
        "硬盘空间检查",
        "The step checks whether the target server has enough disk space: look at the target instance's free space and "
        "at the size of what is migrated.",
        API_PAGE,
    ),
    Remedy(
        "Character set check",
        "字符集检查",
        "The source and the target database need the same character set (collation): compare the two at the level of "
        "the database, and make them the same.",
        CHARACTER_SET_PAGE,
    ),
    Remedy(
        "Database version check",
        "数据库版本检查",
        "The target instance's version must not be older than the source's: compare the two, and upgrade the target "
        "where it is older.",
        VERSION_PAGE,
    ),
    Remedy(
        "User permissions check",
        "用户权限检查",
        "The step checks whether the permissions for the target instance exist: look at what the migration's account "
        "may do there.",
        API_PAGE,
    ),
    Remedy(
        "Source database existence check",
        "源库存在性检查",
        "The step checks whether the source database exists: look for the migration's databases on the source "
        "instance.",
        API_PAGE,
    ),
    Remedy(
        "Target database existence check",
        "目的库存在性检查",
        "The step checks whether the target database exists, and the page doesn't say whether it should: look for the "
        "migration's databases on the target instance.",
        API_PAGE,
    ),
)
"""The eight published steps, in the order of the page's example."""


def remedy_for(step_name: str) -> Remedy | None:
    """Find the remedy for a step, by its published name; case, spaces and full-width letters are forgiven.

    Args:
        step_name: The name as the API gave it, in English or Chinese.

    Returns:
        The remedy, or None for a step that nothing is published about.
    """
    return _BY_NAME.get(_bare(step_name))


def english_name(step_name: str) -> str | None:
    """Return the English name of a published step that the API gave in Chinese; None of any other.

    Args:
        step_name: The name as the API gave it.
    """
    remedy = remedy_for(step_name)
    return remedy.name if remedy is not None and _bare(step_name) == _bare(remedy.chinese_name) else None


def _bare(name: str) -> str:
    """Reduce a name to what tells it from others: no spaces of any kind, nothing invisible, no case, no width."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(char for char in folded if char != " " and char.isprintable())


_BY_NAME = {_bare(name): remedy for remedy in REMEDIES for name in (remedy.name, remedy.chinese_name)}
