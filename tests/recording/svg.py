"""Draw the moments of a recording as one SVG, without scripts, fonts or external addresses.

Several moments are screens in a vertical strip, which a rule of CSS moves; without animation, or if the reader prefers
reduced motion, the last one is visible.
"""

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from recording.moments import Moment
from recording.screen import Frame, Run

CELL_WIDTH = 8.4
LINE_HEIGHT = 19
FONT_SIZE = 14
MARGIN = 16
BAR_HEIGHT = 34
"""The space above the screen for the three buttons of a window; in pixels, as all lengths."""

BASELINE = 14.5
"""The baseline of a line's letters, from its top."""

BACKGROUND, FOREGROUND, EDGE, BUTTONS = "#12151c", "#d5dae3", "#3a4150", ("#e5695f", "#dcab45", "#5fae63")

# Black to white, then the bright ones, each but black at a contrast of 4.5 or more against the background.
COLOURS = (
    *("#12151c", "#f2777a", "#84cc7c", "#e0b25b", "#7aa7f0", "#d294e8", "#5cc8d0", "#d5dae3"),
    *("#8b93a3", "#ff8f8f", "#9be08f", "#f5cd7a", "#8fbaff", "#e3a8f5", "#7adfe6", "#ffffff"),
)

FONTS = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace"


def draw(moments: Sequence[Moment], *, title: str, description: str, columns: int) -> str:
    """Draw the moments one after the other, in an endless loop.

    Args:
        moments: The screens, and how long each is visible; a single one has no animation.
        title: The picture's name, for readers who don't see it.
        description: The picture's content, for the same readers.
        columns: The terminal's width, in characters.
    """
    rows = max(moment.frame.height for moment in moments)
    width = round(2 * MARGIN + columns * CELL_WIDTH)
    screen_height = rows * LINE_HEIGHT
    height = BAR_HEIGHT + screen_height + MARGIN
    screens = [_screen(moment.frame, number * screen_height) for number, moment in enumerate(moments)]
    last = (len(moments) - 1) * screen_height
    size = f'width="{width}" height="{height}"'
    inner = f'x="{MARGIN}" y="{BAR_HEIGHT}" width="{width - 2 * MARGIN}" height="{screen_height}"'
    named = 'role="img" aria-labelledby="title description"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" {size} {named}>',
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="description">{escape(description)}</desc>',
        *("<style>", *_style(moments, screen_height), "</style>"),
        *_window(width, height),
        f"<svg {inner}>",
        f'<g class="film" transform="translate(0 {-last})">',
        *screens,
        *("</g>", "</svg>", "</svg>", ""),
    ]
    return "\n".join(parts)


def _window(width: int, height: int) -> Iterator[str]:
    """Draw the window around the screen."""
    edge = f'width="{width - 1}" height="{height - 1}" rx="9"'
    yield f'<rect x="0.5" y="0.5" {edge} fill="{BACKGROUND}" stroke="{EDGE}"/>'
    for number, colour in enumerate(BUTTONS):
        yield f'<circle cx="{MARGIN + 6 + 20 * number}" cy="18" r="5.5" fill="{colour}"/>'


def _style(moments: Sequence[Moment], screen_height: int) -> Iterator[str]:
    """Return the style of the text and, for several screens, the animation."""
    yield f"text{{font:{FONT_SIZE}px {FONTS};fill:{FOREGROUND}}}"
    yield ".b{font-weight:bold}.u{text-decoration:underline}"
    runs = [run for moment in moments for row in moment.frame.rows for run in row]
    used = sorted({run.style.colour for run in runs if run.style.colour is not None})
    yield "".join(f".c{number}{{fill:{COLOURS[number]}}}" for number in used)
    if len(moments) == 1:
        return
    whole = sum(moment.seconds for moment in moments)
    began = 0.0
    stops = []
    for number, moment in enumerate(moments):
        stops.append(f"{100 * began / whole:.4g}%{{transform:translateY({-number * screen_height}px)}}")
        began += moment.seconds
    yield "@keyframes film{" + "".join(stops) + f"100%{{transform:translateY({-number * screen_height}px)}}}}"
    yield "@media (prefers-reduced-motion:no-preference){"
    yield f".film{{animation:film {whole:g}s step-end infinite}}}}"


def _screen(frame: Frame, top: int) -> str:
    """Draw a screen at its place in the strip."""
    lines = [_text(run, top + number * LINE_HEIGHT + BASELINE) for number, row in enumerate(frame.rows) for run in row]
    return "\n".join(["<g>", *lines, "</g>"])


def _text(run: Run, baseline: float) -> str:
    """Draw a run of text at the width of its cells, for any font."""
    style = run.style
    colour = [] if style.colour is None else [f"c{style.colour}"]
    names = " ".join([*colour, *(["b"] if style.bold else []), *(["u"] if style.underlined else [])])
    look = f' class="{names}"' if names else ""
    at = f'x="{run.column * CELL_WIDTH:g}" y="{baseline:g}" textLength="{run.width * CELL_WIDTH:g}"'
    return f"<text {at}{look}>{escape(run.text)}</text>"
