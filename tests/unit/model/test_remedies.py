"""The remedy of each step, and the properties of all remedies."""

import pytest

from pulumi_tcsql_check.emulator.scenario import PUBLISHED_STEPS
from pulumi_tcsql_check.languages.sentence import CHINESE, ENGLISH, render
from pulumi_tcsql_check.model import remedies
from pulumi_tcsql_check.model.remedies import REMEDIES, Remedy, remedy_for

CHINESE_NAMES = (
    "源库连接性检查",
    "目的库连接性检查",
    "硬盘空间检查",
    "字符集检查",
    "数据库版本检查",
    "用户权限检查",
    "源库存在性检查",
    "目的库存在性检查",
)
"""The names on the Chinese page, in its order."""

CHARACTER_SET = REMEDIES[3]

FULL_WIDTH = "".join("\u3000" if char == " " else chr(ord(char) + 0xFEE0) for char in str(CHARACTER_SET.title))
"""The name as a Chinese keyboard may write it: each letter as wide as a Chinese one."""


def test_every_published_step_has_a_remedy_in_the_published_order() -> None:
    """English and Chinese names are those of the pages' examples, and each leads to its own remedy."""
    assert [str(remedy.title) for remedy in REMEDIES] == [step.name for step in PUBLISHED_STEPS]
    assert tuple(render(remedy.title, "zh") for remedy in REMEDIES) == CHINESE_NAMES
    for remedy, step, chinese in zip(REMEDIES, PUBLISHED_STEPS, CHINESE_NAMES, strict=True):
        assert remedy_for(step.name) is remedy
        assert remedy_for(chinese) is remedy


@pytest.mark.parametrize(
    "name",
    [
        "CHARACTER SET CHECK",
        "Character Set check",
        "  character  set\tcheck\n",
        "Characterset check",
        "Character\u00a0set\u2009check\u200b",
        FULL_WIDTH,
        "\ufeff字 符 集\u3000检查 ",
    ],
)
def test_spaces_case_and_width_of_a_name_are_ignored(name: str) -> None:
    """Every such spelling of a name is the same step."""
    assert remedy_for(name) is CHARACTER_SET


@pytest.mark.parametrize(
    "name", ["", " ", "check", "Character set", "Character set checks", "Backup check", "字符集", "集字符检查"]
)
def test_an_unpublished_step_has_no_remedy(name: str) -> None:
    """A part of a name, or a name with one more letter, is another step."""
    assert remedy_for(name) is None


@pytest.mark.parametrize("remedy", REMEDIES, ids=lambda remedy: remedy.step)
def test_a_remedy_is_one_sentence_with_a_page_of_tencent(remedy: Remedy) -> None:
    """It is one full sentence that fits on a screen, and its source is the API's page or the step's own."""
    for language, end in ((ENGLISH, "."), (CHINESE, "。")):
        sentence = render(remedy.sentence, language)
        assert not sentence[0].islower()
        assert sentence.endswith(end)
        assert sentence.count(end) == 1
        assert sentence.isprintable()
        assert len(sentence) < 200
    own = {"character set": remedies.CHARACTER_SET_PAGE, "version": remedies.VERSION_PAGE}
    assert remedy.source == own.get(remedy.step, remedies.API_PAGE)
    assert remedy.source.startswith("https://www.tencentcloud.com/document/product/238/")


def test_a_remedy_names_a_cause_only_if_one_is_published() -> None:
    """For the other six steps, a remedy only describes what the step checks and where to look."""
    for remedy in REMEDIES:
        sentence = str(remedy.sentence)
        claims_no_more = sentence.startswith("The step checks whether ") and " look " in sentence
        assert claims_no_more is (remedy.source == remedies.API_PAGE)
