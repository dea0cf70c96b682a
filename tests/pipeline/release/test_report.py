import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from pipeline.release.manifest import IMAGE_STATUSES
from pipeline.release.report import STATUS_CLASSES, RunFacts, Timing, render_report
from tests.pipeline.release.builders import Picture, Region
from tests.pipeline.release.releases import some_pictures, write_release

TIMINGS: list[Timing] = [
    {"stage": "ingest", "parts": 1200, "cached": 3, "seconds": 12.34, "images_per_second": 56.7},
    {"stage": "select", "parts": 1, "cached": 0, "seconds": 0.5, "images_per_second": None},
]
FACTS = RunFacts(
    timings=TIMINGS,
    reasons={"too_small": "A side is shorter than asked for."},
    finished="2026-03-14 10:22",
    machine="16 cores",
)


class Page(HTMLParser):
    """Collects tags, addresses and text; complains of tags that are not closed."""

    VOID = frozenset(("meta", "img", "input", "br", "rect"))

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.addresses: list[str] = []
        self.words: list[str] = []
        self.tags: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value for name, value in attrs if name in ("src", "href") and value]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def page(folder: Path, *pictures: Picture, facts: RunFacts = FACTS) -> Page:
    found = Page(render_report(write_release(folder, pictures), facts))
    assert found.open == []
    return found


def test_a_release_without_rows_has_a_page(tmp_path: Path) -> None:
    found = page(tmp_path, facts=RunFacts())
    assert "0 images, in turn" in found.text
    assert "without a place in the taxonomy" not in found.text
    assert "written apart from the build" in found.text


def test_the_page_asks_nothing_of_the_network(tmp_path: Path) -> None:
    release = write_release(tmp_path, some_pictures())
    html = render_report(release, FACTS)
    found = Page(html)
    assert "script" not in found.tags
    assert all(address.startswith(("#", "data:image/jpeg")) for address in found.addresses)
    assert not re.search(r"(https?:)?//[a-z]|@import|url\(", html)
    assert {address[1:] for address in found.addresses if address.startswith("#")} <= set(
        re.findall(r'id="(\w+)"', html)
    )


def test_ledgers_are_shown_as_sums_with_reasons_in_words(tmp_path: Path) -> None:
    text = page(tmp_path, *some_pictures()).text
    assert "12 opened + 1 rejected = 13 files" in text
    assert "12 released + 3 excluded + 1 rejected + 2 duplicate = 18 images" in text
    assert "excluded too_small 3 A side is shorter than asked for." in text
    assert "films 6 3 0 2 11" in text


@pytest.mark.parametrize(
    ("ids", "labels", "words", "says"),
    [
        ("content", 2, ["odd", "<b>"], "source images labels in the source's words smears 1,200 2 odd, <b> "),
        ("content", 1003, ["odd", "blob"], "smears 1,200 1,003 odd, blob and 1,001 more"),
        ("keyed", 2, None, "source images labels smears 1,200 2 Pictures"),
    ],
)
def test_unmapped_labels_are_counted_by_source(
    tmp_path: Path, ids: str, labels: int, words: list[str] | None, says: str
) -> None:
    unmapped = [{"source": "smears", "images": 1200, "labels": labels, "words": words}]
    found = Page(render_report(write_release(tmp_path, [Picture()], ids=ids, unmapped=unmapped), FACTS))
    assert found.open == []
    assert says in found.text


def test_counts_are_those_of_the_manifest(tmp_path: Path) -> None:
    text = page(tmp_path, *some_pictures()).text
    for tile in (
        "12 images, each with a report",
        "12 groups",
        "18 regions",
        "18 region captions",
        "30 negatives",
        "2 sources, 2 modalities",
    ):
        assert tile in text


def test_pictures_are_shown_with_their_texts(tmp_path: Path) -> None:
    found = page(tmp_path, Picture(regions=(Region(box=(20, 10, 50, 40), caption="A tilted cell."),)))
    assert found.tags.count("img") == 2  # the picture and a crop
    for text in (
        "A blood smear with cells.",
        "A tilted cell.",
        "A platelet, number 0.",
        "label: cell → platelet, certified",
    ):
        assert text in found.text


def test_regions_with_few_negatives_are_told_with_their_reasons(tmp_path: Path) -> None:
    few = Region(box=(20, 10, 50, 40), few_because=("too_small", "unheard"))
    text = page(tmp_path, Picture(regions=(few, Region(box=(0, 0, 9, 9))))).text
    assert "1 of 2 regions (50.0 %) have fewer negatives" in text
    assert "too_small 1 100.0 % A side is shorter than asked for. unheard 1 100.0 %" in text
    assert "few negatives" not in page(tmp_path / "other", Picture(regions=(Region(box=(0, 0, 9, 9)),))).text


def test_what_reports_name_and_no_fact_says_is_told_by_reason(tmp_path: Path) -> None:
    text = page(tmp_path, Picture(left_out=(("too_small", 1), ("unheard", 4)))).text
    assert "notes of sources (pictures: 1)" in text
    assert "unheard 4 too_small 1 A side is shorter than asked for." in text
    assert "no fact says" not in page(tmp_path / "other", Picture()).text


def test_splits_are_measured_against_what_was_asked_for(tmp_path: Path) -> None:
    assert "train 8 66.7 % 8 66.7 % 80.0 %" in page(tmp_path, *some_pictures()).text


def test_timings_are_those_of_the_run(tmp_path: Path) -> None:
    text = page(tmp_path, *some_pictures()).text
    assert "ingest 1,200 3 12.3 56.7" in text
    assert "select 1 0 0.5 –" in text
    assert "all 1,201 3 12.8" in text
    assert "on 16 cores" in text


@pytest.mark.parametrize("words", ["<script>alert(1)</script>", '"><img src=x>'])
def test_words_of_sources_stay_words(tmp_path: Path, words: str) -> None:
    region = Region(box=(20, 10, 50, 40), label=words, caption=words)
    found = page(tmp_path, Picture(report=words, modality=words, regions=(region,)))
    assert "script" not in found.tags
    assert found.tags.count("img") == 2
    assert words in found.text


def test_every_status_has_a_colour() -> None:
    assert set(IMAGE_STATUSES) <= set(STATUS_CLASSES)


def test_the_same_release_gives_the_same_page(tmp_path: Path) -> None:
    release = write_release(tmp_path, some_pictures())
    assert render_report(release, FACTS) == render_report(release, FACTS)
    assert render_report(release, replace(FACTS, finished="later")) != render_report(release, FACTS)
