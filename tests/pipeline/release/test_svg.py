import re
from xml.etree import ElementTree

import pytest

from pipeline.release import svg

CLASSES = {"train": "s0", "test": "s1"}


def widths(markup: str) -> list[float]:
    return [float(rect.attrib["width"]) for rect in ElementTree.fromstring(markup).iter("rect")]


@pytest.mark.parametrize("chart", [svg.bars({}, {}), svg.histogram({}, "s0"), svg.strip({}, {})])
def test_empty_charts_are_valid(chart: str) -> None:
    assert widths(chart) == []


def test_bars_are_in_proportion_and_show_their_totals() -> None:
    chart = svg.bars({"ct": {"train": 30, "test": 10}, "mr": {"train": 20}}, CLASSES)
    assert widths(chart) == [217.5, 72.5, 145.0]
    texts = [text.text for text in ElementTree.fromstring(chart).iter("text")]
    assert texts == ["ct", "40", "mr", "20"]


def test_a_strip_fills_its_width() -> None:
    assert sum(widths(svg.strip({"train": 1, "test": 2}, CLASSES))) == pytest.approx(svg.STRIP_WIDTH, abs=0.2)


def test_columns_are_in_proportion() -> None:
    heights = [
        float(height)
        for height in re.findall(r'height="([\d.]+)" class', svg.histogram({"0": 2, "1": 4, "2": 0}, "s4"))
    ]
    assert heights == [60.0, 120.0, 0.0]


def test_names_are_escaped_and_long_ones_cut_with_the_whole_as_a_tip() -> None:
    name = "<script>" + "x" * 40
    chart = svg.bars({name: {"train": 1}}, CLASSES)
    label = next(ElementTree.fromstring(chart).iter("text"))
    assert len(label.text or "") == svg.NAME_LENGTH
    assert (label[0].text or "") == name
    assert "<script>" not in chart
