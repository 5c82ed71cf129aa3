"""The pictures in `docs` show what a terminal showed, in every viewer; so does a new recording."""

import re
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import msgspec
import pytest
from harness import marked_credentials
from harness.error_texts import full_text
from harness.responses import MIGRATION
from recording import moments, svg, terminal
from recording.moments import Moment
from recording.screen import Frame, Run, Style, frames
from recording.terminal import Written

from pulumi_tcsql_check.emulator.scenario import PUBLISHED_STEPS
from pulumi_tcsql_check.errors import CheckFailedError
from pulumi_tcsql_check.model.progress import Progress, StepDetail

IMAGES = Path(__file__).resolve().parents[3] / "docs" / "images"
PICTURES = ("up", "refusal", "wave", "command")

SVG = "{http://www.w3.org/2000/svg}"
MOST_BYTES = 60_000
EMULATOR = "http://127.0.0.1:8918"
ELEMENTS = {"svg", "title", "desc", "style", "rect", "circle", "g", "text"}
ATTRIBUTES = {
    *("viewBox", "width", "height", "role", "aria-labelledby", "id", "class", "transform"),
    *("x", "y", "rx", "cx", "cy", "r", "fill", "stroke", "textLength"),
}


def picture(name: str) -> str:
    """Read a picture."""
    return (IMAGES / f"{name}.svg").read_text(encoding="utf-8")


def screens(drawn: str) -> list[str]:
    """Return the screens of a picture, in order, with a blank between separate texts."""
    film = ET.fromstring(drawn).findall(f"{SVG}svg/{SVG}g/{SVG}g")
    return [" ".join(text.text or "" for text in screen) for screen in film]


def shown(data: bytes, *, columns: int = 20, rows: int = 4) -> Frame:
    """Return the screens of a small terminal after these bytes."""
    *_, (_, frame) = frames([Written(0, data)], columns=columns, rows=rows, prompt="$ it")
    return frame


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_a_small_self_contained_image(name: str) -> None:
    """It is well-formed, has a name for screen readers, and contains no script and no external address."""
    drawn = picture(name)
    root = ET.fromstring(drawn)
    assert len(drawn.encode()) < MOST_BYTES
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title")
    assert root.findtext(f"{SVG}desc")
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= ELEMENTS
    assert {attribute for element in root.iter() for attribute in element.attrib} <= ATTRIBUTES
    assert not re.search(r"url\(|@import|@font-face|javascript:", drawn)
    assert {"http://www.w3.org/2000/svg", EMULATOR} >= set(re.findall(r"\w+://[^\s\"'<>,;)]+", drawn))


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_shows_nothing_of_the_machine(name: str) -> None:
    """It has no key, no folder, and no date."""
    drawn = picture(name)
    assert marked_credentials.found_in(drawn.encode()) == set()
    assert not re.search(r"/tmp|/home|/root|/usr|/var|\b20\d\d-\d\d|file:", drawn)


def test_the_refusal_is_the_codes_output() -> None:
    """The picture has the text of the scenario `fail` word for word, except line breaks, and each step's mark."""
    codes = (0, 0, 0, -1, 1, -2, -2, -2)
    steps = tuple(StepDetail(step.name, code, step.message) for step, code in zip(PUBLISHED_STEPS, codes, strict=True))
    migration = msgspec.structs.replace(MIGRATION, endpoint=EMULATOR)
    told, *_ = full_text(CheckFailedError(migration, Progress(len(steps), 5, steps, "number"), [4])).split("number")
    (screen,) = screens(picture("refusal"))
    assert re.sub(r"\s", "", told) in re.sub(r"\s", "", screen)
    rows = zip("✓✓✓✗▸···", range(1, 9), PUBLISHED_STEPS, strict=True)
    assert [row for row in rows if "{} {} {.name}".format(*row) not in screen] == []


def test_the_update_is_shown_from_its_preview_to_its_end() -> None:
    """The preview says that the update will wait, each step is visible, and at the end the application was switched."""
    preview, *steps, end = screens(picture("up"))
    assert "$ pulumi preview" in preview
    assert "1/8 Source database connectivity check: running; `pulumi up` will wait for up to 30 min" in preview
    assert [re.findall(r"\d/8", step) for step in steps] == [[f"{number}/8"] for number in range(1, 9)]
    assert "migration check 1066 (ap-guangzhou) has passed, after" in end
    assert "updated" in end


def test_a_wave_counts_its_checks_and_passes() -> None:
    """Fewer checks are missing on each screen, and at the end the application was switched."""
    *rows, end = screens(picture("wave"))
    passed = [int(number) for row in rows for number in re.findall(r"(\d+)/20 passed", row)]
    assert len(passed) == len(rows) > 1
    assert passed == sorted(set(passed))
    assert "20 migration checks (ap-guangzhou) have passed, after" in end


def test_the_command_shows_a_row_for_each_migration() -> None:
    """The command is the one that a user types, in one line."""
    first, *_, end = screens(picture("command"))
    assert first.startswith("$ tcsql-check wait 1066 1067 1093 --region ap-guangzhou --endpoint http://127.0.0.1:8918 ")
    for screen in (first, end):
        assert len(re.findall(r"[▸✓✗·]? +(1066|1067|1093) ", screen.split("Tencent Cloud.")[1])) == 3
    assert "3/3 passed, after" in end


def test_without_animation_the_last_screen_is_visible() -> None:
    """The picture respects a preference for reduced motion."""
    drawn = picture("up")
    film = ET.fromstring(drawn).find(f"{SVG}svg")
    assert film is not None
    last = (len(screens(drawn)) - 1) * int(film.get("height", 0))
    assert film.find(f"{SVG}g[@transform='translate(0 -{last})']") is not None
    assert re.search(r"@media \(prefers-reduced-motion:no-preference\)\{\s*\.film\{animation:", drawn)
    assert drawn.count("animation:") == 1


def test_a_terminal_has_the_requested_width_and_keeps_all_output(tmp_path: Path) -> None:
    """It keeps stdout, stderr and the last output of a command, and its exit code."""
    program = "import os, sys; print(*os.get_terminal_size(), os.environ['TERM'], file=sys.stderr); sys.exit(3)"
    session = terminal.run([sys.executable, "-c", program], tmp_path, {}, columns=100, rows=30)
    assert b"".join(piece.data for piece in session.written) == b"100 30 xterm-256color\r\n"
    assert session.exit_code == 3


def test_a_screen_is_the_state_after_repainting() -> None:
    """Overwritten text is gone, a long line continues below, and colours are the terminal's, by name or number."""
    frame = shown(b"old\x1b[K\r\n\x1b[1A\x1b[38;5;13m\x1b[1mnew row:\x1b[0m  \x1b[32mgreen\x1b[0m\x1b[K" + b"x" * 9)
    assert frame.rows[:3] == (
        (Run(0, 4, "$ it", Style()),),
        (
            Run(0, 8, "new row:", Style(13, bold=True)),
            Run(10, 5, "green", Style(2)),
            Run(15, 5, "x" * 5, Style()),
        ),
        (Run(0, 4, "x" * 4, Style()),),
    )
    assert frame.text == "$ it\nnew row:  greenxxxxx\nxxxx"
    assert frame.height == 3


def test_a_chinese_character_fills_two_cells() -> None:
    """The text after it keeps its column, and the run has the width of its cells."""
    frame = shown("\x1b[4m检查\x1b[0m  ok".encode())
    assert frame.rows[1] == (Run(0, 4, "检查", Style(underlined=True)), Run(6, 2, "ok", Style()))
    assert frame.lines[1] == "检查  ok"


def test_text_is_drawn_at_its_place() -> None:
    """It keeps its column, row, width and style, and XML's special characters are escaped."""
    drawn = svg.draw([Moment(shown(b"  \x1b[1;31m<&\x1b[0m"), 1)], title="<t>", description="&", columns=20)
    prompt, text = ET.fromstring(drawn).iter(f"{SVG}text")
    assert (prompt.text, prompt.get("x"), prompt.get("y"), prompt.get("class")) == ("$ it", "0", "14.5", None)
    assert text.text == "<&"
    assert text.attrib == {"x": "16.8", "y": "33.5", "textLength": "16.8", "class": "c1 b"}
    assert ".c1{" in drawn
    assert ".c2{" not in drawn
    assert "animation" not in drawn


def test_each_moment_is_visible_in_turn() -> None:
    """The strip moves to a screen after the previous one's time, and starts again after the last one."""
    drawn = svg.draw([Moment(shown(b"a"), 3), Moment(shown(b"b"), 1)], title="t", description="d", columns=20)
    assert screens(drawn) == ["$ it a", "$ it b"]
    assert [text.get("y") for text in ET.fromstring(drawn).iter(f"{SVG}text")] == ["14.5", "33.5", "52.5", "71.5"]
    assert "@keyframes film{0%{transform:translateY(0px)}75%{transform:translateY(-38px)}100%" in drawn
    assert "animation:film 4s step-end infinite" in drawn
    assert '<g class="film" transform="translate(0 -38)">' in drawn


def test_a_partial_repaint_is_no_moment() -> None:
    """A screen that was visible for long enough is one, and the last screen always is."""
    half, whole, end = shown(b"1/8"), shown(b"1/8 it"), shown(b"end")
    assert list(moments.settled([(0.0, half), (0.01, whole), (1.0, half), (1.01, end)])) == [whole, end]


def test_a_recording_has_one_moment_for_each_mark_and_its_end() -> None:
    """Spinners and counters make no moment, and neither does output before the first mark."""
    begun, one, turned, two, end = (shown(text) for text in (b"..", b"1/8 .", b"1/8 ..", b"2/8 .", b"done"))
    told = moments.told([begun, one, turned, two, end], re.compile(r"\d/8"), seconds=1, end_seconds=5)
    assert told == [Moment(one, 1), Moment(two, 1), Moment(end, 5)]
    assert moments.told([one, two], re.compile(r"\d/8"), seconds=1, end_seconds=5) == [Moment(one, 1), Moment(two, 5)]
