"""A sentence in a language."""

import pytest

from pulumi_tcsql_check.languages import chinese, english
from pulumi_tcsql_check.languages.sentence import CHINESE, ENGLISH, Sentence, render
from pulumi_tcsql_check.model.endpoint import Endpoint
from pulumi_tcsql_check.model.progress import Migration


def test_a_sentence_has_its_facts_in_the_requested_language() -> None:
    """Facts that are sentences themselves are in the same language."""
    late = Sentence("not passed in time", check=Migration(1066, "ap-guangzhou").sentence, seconds=1800.0)
    assert render(late, ENGLISH) == "migration check 1066 (ap-guangzhou) had not passed after 1800 s"
    assert render(late, CHINESE) == "迁移校验 1066（ap-guangzhou）在 1800 秒内未通过"
    assert str(late) == render(late, ENGLISH)
    assert repr(late) == f"<sentence: {late}>"


def test_a_text_is_the_same_in_each_language() -> None:
    """This holds for a name, and for text from the API."""
    assert render("orders", ENGLISH) == render("orders", CHINESE) == "orders"


def test_braces_in_a_fact_are_no_fields() -> None:
    """Text from the API can't refer to other facts."""
    assert str(Sentence("row without place", left="{words}", words="{left!r}")) == "{words} left · {left!r}"


@pytest.mark.parametrize(
    ("items", "english", "chinese_text"),
    [
        ([1], "1", "1"),
        ([1, 2], "1 and 2", "1、2"),
        ([1, Sentence("state passed"), 3], "1, passed and 3", "1、通过、3"),
        ((1, 2, 3), "1, 2, 3", "1，2，3"),
        (Endpoint("https", "a.example"), "https://a.example", "https://a.example"),
    ],
)
def test_a_list_has_its_languages_conjunction(items: object, english: str, chinese_text: str) -> None:
    """A list ends with "and", a tuple has only commas, and an endpoint is no list although it is a tuple."""
    sentence = Sentence("items", items=items)
    assert (render(sentence, ENGLISH), render(sentence, CHINESE)) == (english, chinese_text)


def test_sentences_are_equal_by_key_and_facts() -> None:
    """This is needed to show a warning once, and to compare errors."""
    assert Sentence("flow", flow_id=1) == Sentence("flow", flow_id=1)
    assert len({Sentence("flow", flow_id=1), Sentence("flow", flow_id=1), Sentence("flow", flow_id=2)}) == 2
    assert Sentence("flow", flow_id=1) != "flow 1"


def test_each_language_has_the_sentences_of_its_own_catalogue() -> None:
    """The catalogue is a module, loaded when a sentence is written."""
    for language, catalogue in ((ENGLISH, english), (CHINESE, chinese)):
        assert render(Sentence("state passed"), language) == catalogue.SENTENCES["state passed"]
