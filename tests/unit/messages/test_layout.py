"""The width of a text, in a language whose characters take two columns."""

import pytest
from harness.responses import MIGRATION

from pulumi_tcsql_check.errors import CheckFailedError, InvalidInputError
from pulumi_tcsql_check.languages.sentence import CHINESE, ENGLISH, Language, Sentence, render
from pulumi_tcsql_check.messages.audience import PROGRAM
from pulumi_tcsql_check.messages.errors import text_of
from pulumi_tcsql_check.messages.layout import PREFIX_WIDTH, WIDTH, columns, wrap
from pulumi_tcsql_check.model.progress import Progress, StepDetail

CLOSING = "，。：；、）”"


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        ("", [""]),
        ("one two three", ["one two", "three"]),
        ("超过八列的中文", ["超过八列", "的中文"]),
        ("中文，中文，中文", ["中文，中", "文，中文"]),
        ("字符集中，", ["字符集", "中，"]),
        ("改用（CAM）", ["改用", "（CAM）"]),
        ("a-very-long-name 与", ["a-very-long-name", "与"]),
        ("二三 abcd", ["二三", "abcd"]),
    ],
)
def test_a_line_may_end_after_a_chinese_character_but_not_before_punctuation(words: str, lines: list[str]) -> None:
    """In eight columns; a Chinese character takes two, and a word that is too long has its own line."""
    assert list(wrap(words, 8)) == lines


def test_a_chinese_error_has_the_layout_of_the_english_one() -> None:
    """The labels are aligned, although each character takes two columns."""
    step = StepDetail("Character set check", -1, "Check ...")
    error = CheckFailedError(MIGRATION, Progress(1, 1, (step,), "4be5990d"), [1])
    assert (
        text_of(error, PROGRAM).render(CHINESE)
        == """\
迁移校验 1066（ap-guangzhou）失败：第 1 步未通过，共 1 步
  ✗ 1 字符集检查：失败（状态码 -1）
  检查：   源库与目的库的字符集（排序规则）必须一致：请在数据库级别对比两
           者，并改为一致。
  API：    "Check ..."
  操作：   排除原因后执行：
           tcsql-check start 1066 --region ap-guangzhou
           pulumi up
  代码：   check-failed
  请求：   4be5990d"""
    )


@pytest.mark.parametrize("language", [ENGLISH, CHINESE])
def test_no_line_is_wider_than_the_screen(language: Language) -> None:
    """The width includes what Pulumi writes before the first line."""
    allowed = Sentence("without that key", key="tcsql-check:endpoint")
    text = text_of(InvalidInputError("PULUMI_OPTION_CONFIG", "x" * 40, allowed), PROGRAM)
    first, *others = text.render(language).splitlines()
    assert columns(first) <= WIDTH - PREFIX_WIDTH
    assert len(others) > 2
    assert all(columns(line) <= WIDTH and line[:1] not in CLOSING for line in others)


def test_the_english_and_the_chinese_text_have_the_same_facts() -> None:
    """These are the number, the region and the given value."""
    error = InvalidInputError("timeout_seconds", 0, Sentence("seconds above 0"))
    assert render(error.sentence, CHINESE) == "timeout_seconds 的值 0 无效，应为：大于 0 的有限秒数。"
