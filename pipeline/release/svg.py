"""Small charts as inline SVG: numbers in, markup out, colours from the page's style sheet."""

from collections.abc import Iterable, Mapping
from html import escape
from itertools import accumulate

from markupsafe import Markup

ROW = 24
NAME_WIDTH = 170
BAR_WIDTH = 290
VALUE_WIDTH = 70
NAME_LENGTH = 26
COLUMN_WIDTH = 58
COLUMN_HEIGHT = 120
STRIP_WIDTH = 1000
STRIP_HEIGHT = 26

Amounts = Mapping[str, Mapping[str, int]]  # name of a bar -> series -> amount


def bars(amounts: Amounts, classes: Mapping[str, str]) -> Markup:
    """Horizontal bars of stacked series, each with its total; `classes` gives each series its style."""
    totals = [sum(series.values()) for series in amounts.values()]
    unit = BAR_WIDTH / (max(totals, default=0) or 1)
    rows = (
        _bar(index * ROW + ROW / 2, name, series, unit, classes) for index, (name, series) in enumerate(amounts.items())
    )
    return _svg(NAME_WIDTH + BAR_WIDTH + VALUE_WIDTH, ROW * len(amounts), rows)


def _bar(middle: float, name: str, series: Mapping[str, int], unit: float, classes: Mapping[str, str]) -> str:
    ends = list(accumulate((amount * unit for amount in series.values()), initial=float(NAME_WIDTH)))
    shown = name if len(name) <= NAME_LENGTH else name[: NAME_LENGTH - 1] + "…"
    pieces = [_text(NAME_WIDTH - 8, middle, shown, "name", name)]
    for (part, amount), start, end in zip(series.items(), ends[:-1], ends[1:], strict=True):
        pieces.append(_rect(start, middle - 7, end - start, 14, classes[part], f"{name}, {part}: {amount:,}"))
    pieces.append(_text(ends[-1] + 6, middle, f"{sum(series.values()):,}", "value"))
    return "".join(pieces)


def histogram(amounts: Mapping[str, int], style: str) -> Markup:
    """Columns of one series, in the order given, with the name below and the amount above each."""
    most = max(amounts.values(), default=0) or 1
    pieces = []
    for index, (name, amount) in enumerate(amounts.items()):
        height = amount / most * COLUMN_HEIGHT
        left = index * COLUMN_WIDTH
        top = 18 + COLUMN_HEIGHT - height
        pieces.append(_rect(left + 3, top, COLUMN_WIDTH - 6, height, style, f"{name}: {amount:,}"))
        pieces.append(_text(left + COLUMN_WIDTH / 2, top - 8, f"{amount:,}" if amount else "", "middle value"))
        pieces.append(_text(left + COLUMN_WIDTH / 2, COLUMN_HEIGHT + 30, name, "middle name"))
    return _svg(COLUMN_WIDTH * len(amounts), COLUMN_HEIGHT + 40, pieces)


def strip(amounts: Mapping[str, int], classes: Mapping[str, str]) -> Markup:
    """One bar over the whole width, cut in proportion."""
    total = sum(amounts.values()) or 1
    ends = list(accumulate((amount / total * STRIP_WIDTH for amount in amounts.values()), initial=0.0))
    pieces = []
    for (name, amount), start, end in zip(amounts.items(), ends[:-1], ends[1:], strict=True):
        pieces.append(_rect(start, 0, end - start, STRIP_HEIGHT, classes[name], f"{name}: {amount:,}"))
    return _svg(STRIP_WIDTH, STRIP_HEIGHT, pieces, stretch=True)


def _rect(left: float, top: float, width: float, height: float, style: str, title: str) -> str:
    place = f'x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}"'
    return f'<rect {place} class="{style}"><title>{escape(title)}</title></rect>'


def _text(left: float, middle: float, text: str, style: str, title: str = "") -> str:
    tip = f"<title>{escape(title)}</title>" if title else ""
    return f'<text x="{left:.1f}" y="{middle + 4:.1f}" class="{style}">{escape(text)}{tip}</text>'


def _svg(width: float, height: float, pieces: Iterable[str], stretch: bool = False) -> Markup:
    """Never wider than it was drawn, so that texts of all charts are of one size; stretched, as wide as its place."""
    shape = 'preserveAspectRatio="none"' if stretch else f'style="max-width:{width:.0f}px"'
    return Markup(f'<svg viewBox="0 0 {width:.0f} {height:.0f}" class="chart" {shape}>{"".join(pieces)}</svg>')
