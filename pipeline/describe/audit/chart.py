"""Bars from chance to what each classifier reached, slot by slot, as inline SVG."""

from collections.abc import Iterator, Mapping

from markupsafe import Markup, escape

from pipeline.describe.audit.judge import BOUND, Audit, Judged

NAME, WIDTH, RIGHT = 150, 640, 56  # pixels: names, bars, figures behind them
BAR, GAP, TOP = 13, 12, 22  # a bar, between slots, above all
LOW, CHANCE, HIGH = 0.3, 0.5, 1.0  # of the scale
TICKS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


def bars(found: Audit, colours: Mapping[str, str]) -> Markup:
    """`colours`: the page's style of each classifier."""
    places = {place: found.of(place) for place in found.places}
    height = TOP + sum(len(rows) * BAR + GAP for rows in places.values())
    pieces = [*_grid(height)]
    top = float(TOP)
    for place, rows in places.items():
        middle = top + len(rows) * BAR / 2 + 4
        pieces.append(f'<text x="{NAME - 10}" y="{middle:.1f}" text-anchor="end">{escape(place)}</text>')
        for i, row in enumerate(rows):
            pieces += _bar(row, top + i * BAR, colours[row.kind])
        top += len(rows) * BAR + GAP
    width = NAME + WIDTH + RIGHT
    return Markup(
        f'<svg viewBox="0 0 {width} {height}" class="chart" style="max-width:{width}px">{"".join(pieces)}</svg>'
    )


def _at(value: float) -> float:
    return NAME + (min(max(value, LOW), HIGH) - LOW) / (HIGH - LOW) * WIDTH


def _grid(height: float) -> Iterator[str]:
    for tick in TICKS:
        x = _at(tick)
        yield f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 6}" y2="{height}" class="grid"/>'
        yield f'<text x="{x:.1f}" y="{TOP - 10}" text-anchor="middle">{tick:g}</text>'
    yield f'<line x1="{_at(BOUND):.1f}" x2="{_at(BOUND):.1f}" y1="{TOP - 6}" y2="{height}" class="stage"/>'


def _bar(row: Judged, top: float, colour: str) -> Iterator[str]:
    value, low, high = row.figure.value, row.figure.low, row.figure.high
    middle = top + BAR / 2
    if value is None or low is None or high is None:
        yield f'<text x="{_at(CHANCE) + 4:.1f}" y="{middle + 4:.1f}">too few</text>'
        return
    left, right = sorted((_at(CHANCE), _at(value)))
    title = f"{row.place}, {row.kind}: {value:.3f} [{low:.3f}, {high:.3f}]"
    yield (
        f'<rect x="{left:.1f}" y="{top + 1:.1f}" width="{max(right - left, 1):.1f}" height="{BAR - 3}" '
        f'class="bar {colour}"><title>{escape(title)}</title></rect>'
    )
    yield f'<line x1="{_at(low):.1f}" x2="{_at(high):.1f}" y1="{middle:.1f}" y2="{middle:.1f}" class="whisker"/>'
    mark = ' class="missed"' if row.exceeded else ""
    yield f'<text x="{_at(high) + 5:.1f}" y="{middle + 3:.1f}"{mark}>{value:.2f}</text>'
