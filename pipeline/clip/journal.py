"""A run's lines: JSON for programs, event files for TensorBoard, a page with curves for people.

RUN/log.jsonl, RUN/tensorboard/, RUN/curves.html
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

from markupsafe import Markup, escape

from pipeline.clip.train import Step
from pipeline.pages import template

LOG, EVENTS, CURVES = "log.jsonl", "tensorboard", "curves.html"
WIDTH, HEIGHT, LEFT, BOTTOM = 620, 200, 72, 24  # of a chart, pixels
NAME_WIDTH = 46  # of a stage, pixels
TICKS = 4
COLOURS = ("s0", "s1", "s2", "s3", "s4", "s5")


class Journal:
    """Goes on where a resumed run stands: at its first line, those of steps that are done again are taken out.

    `about` are names and values for the head of the page. Used as a context: however a run ends, the page of its lines
    is written.
    """

    def __init__(self, folder: Path, done: int, about: Mapping[str, str]) -> None:
        self.folder, self._done, self._about = folder, done, about
        self._events: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._events is not None:
            self._events.close()
        if (self.folder / LOG).is_file():
            self.draw()

    def add(self, step: Step) -> None:
        if self._events is None:
            self._begin()
        line = asdict(step)
        with (self.folder / LOG).open("a", encoding="utf-8") as log:
            log.write(json.dumps(line) + "\n")
        for name, value in scalars(line).items():
            self._events.add_scalar(name, value, step.step)

    def _begin(self) -> None:
        from tensorboardX import SummaryWriter

        kept = [line for line in read_lines(self.folder) if line["step"] <= self._done]
        (self.folder / LOG).write_text("".join(f"{json.dumps(line)}\n" for line in kept), encoding="utf-8")
        self._events = SummaryWriter(str(self.folder / EVENTS), purge_step=self._done + 1 if self._done else None)

    def draw(self) -> Path:
        """The page, of all lines so far."""
        page = self.folder / CURVES
        page.write_text(curves_page(read_lines(self.folder), self._about), encoding="utf-8")
        return page


def read_lines(folder: Path) -> list[dict[str, Any]]:
    """Of a run's log; a last line that a killed run left half is no line."""
    path = folder / LOG
    found = []
    for text in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
        try:
            found.append(json.loads(text))
        except ValueError:
            break
    return found


def scalars(line: Mapping[str, Any]) -> dict[str, float]:
    """One number a curve, by its name: `loss/report`, `gate/0.global_gate`, `learning_rate`."""
    return {
        **{f"loss/{name}": value for name, value in line["losses"].items()},
        **{f"gate/{name}": value for name, value in line["gates"].items()},
        **{name: line[name] for name in ("learning_rate", "gradient_norm", "images_per_second")},
    }


def curves_page(lines: Sequence[Mapping[str, Any]], about: Mapping[str, str]) -> str:
    """One page, without any request: losses, gates, rate, gradient and speed over the steps, stages marked."""
    groups: dict[str, dict[str, list[tuple[int, float]]]] = {}
    for line in lines:
        for name, value in scalars(line).items():
            group, _, curve = name.rpartition("/")
            groups.setdefault(group or curve, {}).setdefault(curve, []).append((line["step"], value))
    stages = [(line["step"], line["stage"]) for line in lines]
    charts = [(name.replace("_", " "), chart(curves, stages), list(curves)) for name, curves in groups.items()]
    return template("pipeline.clip", "curves.html.j2").render(
        about=about, charts=charts, colours=COLOURS, steps=lines[-1]["step"] if lines else 0
    )


def chart(curves: Mapping[str, Sequence[tuple[int, float]]], stages: Sequence[tuple[int, str]]) -> Markup:
    """Curves of (step, value) as inline SVG on common axes, with a line and a name where each stage begins."""
    points = [point for curve in curves.values() for point in curve]
    last = max((step for step, _ in points), default=1)
    low, high = min((value for _, value in points), default=0.0), max((value for _, value in points), default=1.0)
    low, high = (low, high) if high > low else (low - 0.5, high + 0.5)

    def at(step: float, value: float) -> tuple[float, float]:
        return LEFT + (WIDTH - LEFT) * step / last, 14 + (HEIGHT - 14 - BOTTOM) * (high - value) / (high - low)

    pieces = [
        _text(LEFT - 6, at(0, value)[1] + 4, f"{value:.3g}", "end")
        + f'<line x1="{LEFT}" x2="{WIDTH}" y1="{at(0, value)[1]:.1f}" y2="{at(0, value)[1]:.1f}" class="grid"/>'
        for value in (low + (high - low) * i / TICKS for i in range(TICKS + 1))
    ]
    free = 0.0  # from here on a name overlaps none before it
    for step, name in _begins(stages):
        x, _ = at(step, low)
        pieces.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="14" y2="{HEIGHT - BOTTOM}" class="stage"/>')
        if x >= free:
            pieces.append(_text(x + 3, HEIGHT - 6, name, "start"))
            free = x + NAME_WIDTH
    for i, (name, curve) in enumerate(curves.items()):
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (at(step, value) for step, value in curve))
        style = COLOURS[i % len(COLOURS)]
        pieces.append(f'<polyline points="{path}" class="curve {style}"><title>{escape(name)}</title></polyline>')
    return Markup(f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" class="chart">{"".join(pieces)}</svg>')


def _begins(stages: Iterable[tuple[int, str]]) -> list[tuple[int, str]]:
    """Where each stage has its first line, the last step before it."""
    found: list[tuple[int, str]] = []
    before = 0
    for step, name in stages:
        if not found or found[-1][1] != name:
            found.append((before, name))
        before = step
    return found


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
