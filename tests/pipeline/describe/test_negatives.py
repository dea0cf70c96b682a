import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from pipeline.describe.captions import Describe
from pipeline.describe.check import unsupported
from pipeline.describe.reading.read import read
from pipeline.describe.settings import DescribeSettings
from schemas.facts import IMAGE, Fact
from tests.pipeline.describe.builders import describe, make_picture, make_region

Row = dict[str, Any]
WIDTH, HEIGHT = 700, 500
NAMES = {
    "microscopy": ("cell", ("red blood cell", "white blood cell", "platelet")),
    "fundus": ("finding", ("hard exudate", "cotton-wool spot", "drusen")),
    "ct": ("anatomy", ("liver", "spleen", "aorta")),
}
READ = {
    **{"image_side": "position", "vertical": "position", "side": "side", "measurement": "measurement"},
    **{"count": "count", "size": "size", "name": "finding", "presence": "polarity"},
}


def random_picture(seed: int) -> tuple[list[Row], Row]:
    """Regions anywhere and of any size, and what the picture's header and record say."""
    rng = random.Random(seed)
    modality = rng.choice(sorted(NAMES))
    kind, names = NAMES[modality]
    regions = []
    for i in range(rng.randint(1, 7)):
        left, top = rng.randint(0, WIDTH - 4), rng.randint(0, HEIGHT - 4)
        right, bottom = rng.randint(left + 3, WIDTH), rng.randint(top + 3, HEIGHT)
        named = rng.random() < 0.9
        regions.append(
            make_region(
                (left, top, right, bottom),
                rng.choice(names) if named else None,
                region_id=f"{seed}-{i}",
                kind=kind if named else None,
                segmenter=rng.choice(("given", "ellipse")),
                label_source=rng.choice(("reader", "phantom", "model")) if named else "model",
            )
        )
    header: Row = {"width": WIDTH, "height": HEIGHT}
    if modality == "ct":
        axes = [rng.choice("LR"), "P"]
        header |= {"plane": "axial", "axes": axes, "spacing_mm": [0.6, 0.8], "spacing_basis": "header"}
    record = {"modality": modality, "body_part": "abdomen" if modality == "ct" else None}
    return regions, {"header": header, **record, "annotation_scope": list(rng.sample(names, rng.randint(0, 3)))}


def pictures(count: int) -> Iterator[tuple[list[Row], Row, Row]]:
    """Regions, record, and the row that the stage writes."""
    for seed in range(count):
        regions, told = random_picture(seed)
        yield regions, told, describe(make_picture(regions, **told))[0]


def share_within(low: int, high: int, side: int, third: int) -> float:
    return max(0.0, min(high, side * (third + 1) / 3) - max(low, side * third / 3)) / (high - low)


def overlap(a: list[int], b: list[int]) -> float:
    """Of the smaller box, the share that lies in the other."""
    shared = max(0, min(a[2], b[2]) - max(a[0], b[0])) * max(0, min(a[3], b[3]) - max(a[1], b[1]))
    return shared / min((box[2] - box[0]) * (box[3] - box[1]) for box in (a, b))


def is_false(negative: Row, region: Row, regions: list[Row], told: Row) -> bool:
    """From boxes and the record alone: whether the replaced value is untrue of the region."""
    if negative["kind"] == "other_region":
        return any(is_of(other, negative["text"], told) for other in regions if other is not region)
    if negative["slot"] == "position":
        places = zip(("vertical", "image_side"), negative["replaced"].split(), strict=True)
        parts = [{**negative, "slot": slot, "replaced": place} for slot, place in places]
        return any(is_false(part, region, regions, told) for part in parts)
    if negative["slot"] == "side" and " " in negative["replaced"]:
        side, vertical = negative["replaced"].split()
        parts = [{**negative, "replaced": side}, {**negative, "slot": "vertical", "replaced": vertical}]
        return any(is_false(part, region, regions, told) for part in parts)
    left, top, right, bottom = region["box_xyxy"]
    width, height, value = right - left, bottom - top, negative["replaced"]
    thirds = {"image-left": 0, "centre": 1, "image-right": 2, "upper": 0, "middle": 1, "lower": 2}
    if negative["slot"] == "image_side":
        return share_within(left, right, WIDTH, thirds[value]) <= 0.25
    if negative["slot"] == "vertical":
        return share_within(top, bottom, HEIGHT, thirds[value]) <= 0.25
    if negative["slot"] == "size":
        share = max(width, height) / WIDTH
        least, most = {"tiny": (0, 0.07), "small": (0, 0.2), "medium": (0.02, 2), "large": (0.07, 2)}[value]
        return not least <= share < most  # nor in the bin beside it
    if negative["slot"] == "shape":
        aspect = width / height
        untrue: dict[str, bool] = {"round": not 0.5 < aspect < 2, "wide": aspect < 1.5, "tall": aspect > 1 / 1.5}
        return untrue[value]
    if negative["slot"] == "side":
        toward = {"L": "left", "R": "right"}[told["header"]["axes"][0]]
        return bool((value == toward) == (right <= WIDTH / 2))
    if negative["slot"] == "measurement":
        told_width, told_height = map(float, value.split(" x "))
        ratios = (told_width / (width * 0.8), told_height / (height * 0.6))
        return any(ratio >= 1.4 or ratio <= 1 / 1.4 for ratio in ratios)
    assert negative["slot"] == "name"
    elsewhere = [other["box_xyxy"] for other in regions if other["name"] == value]
    certain = region["label_source"] in ("reader", "phantom")
    return certain and value != region["name"] and all(overlap(region["box_xyxy"], box) <= 0.25 for box in elsewhere)


def is_of(other: Row, text: str, told: Row) -> bool:
    """Whether a text is the caption of another region of the picture."""
    return text in told["captions"] and told["captions"][text] == other["region_id"]


def test_every_negative_of_a_region_is_false_of_it() -> None:
    seen: dict[str, int] = {}
    for regions, told, row in pictures(150):
        told["captions"] = {each["caption"]: each["region_id"] for each in row["regions"]}
        for region, described in zip(regions, row["regions"], strict=True):
            for negative in described["negatives"]:
                seen[negative["slot"]] = seen.get(negative["slot"], 0) + 1
                assert is_false(negative, region, regions, told), negative
    assert set(seen) == {
        *("image_side", "vertical", "position", "size", "shape", "side", "measurement", "name", "other_region")
    }
    assert min(seen.values()) >= 10


def test_every_negative_of_a_report_is_false_of_the_picture() -> None:
    seen = 0
    for regions, told, row in pictures(150):
        certain = [region["name"] for region in regions if region["label_source"] != "model"]
        counts = {certain.count(name) for name in told["annotation_scope"]}
        for negative in row["negatives"]:
            if negative["slot"] == "count":
                seen += 1
                count, other = (int(negative[value].split()[0]) for value in ("original", "replaced"))
                assert count in counts
                assert abs(other - count) >= max(1, count / 4)
            if negative["slot"] == "presence":
                name, _, known = negative["original"].rpartition(" ")
                assert (name in certain) == (known == "present")
                assert known == "present" or name in told["annotation_scope"]
    assert seen > 50


def test_counts_and_sides_of_a_report_are_stated_without_where() -> None:
    """Two cysts on the patient's right, all that there are."""
    regions = [make_region((40, 100 + 150 * i, 90, 150 + 150 * i), "cyst", region_id=f"{i}") for i in range(2)]
    header = {"plane": "axial", "axes": ["L", "P"], "spacing_mm": [0.6, 0.8], "spacing_basis": "header"}
    row = describe(make_picture(regions, header=header, modality="ct", body_part="abdomen", annotation_scope=["cyst"]))[
        0
    ]
    stated = [negative for negative in row["negatives"] if negative["kind"] == "statement"]
    assert {negative["original"] for negative in stated} == {"2 cyst", "right cyst"}
    for negative in stated:
        true, false = read(negative["positive"]), read(negative["text"])
        assert not true.places
        assert (len(true.counts), bool(true.sides)) == (1, negative["slot"] == "side")
        assert (true.sides != false.sides) == (negative["slot"] == "side")


def test_the_check_reads_each_negative_as_unsupported() -> None:
    for _, _, row in pictures(80):
        image = [Fact.from_row(fact) for fact in row["facts"]]
        for negative in row["negatives"]:
            if negative["positive"]:
                assert unsupported(negative["positive"], image) == (), negative
            assert {READ[negative["slot"]], "finding"} & set(unsupported(negative["text"], image)), negative
        for region in row["regions"]:
            acquired = [fact for fact in image if fact.kind == "acquisition"]
            facts = [*acquired, *(Fact.from_row(fact) for fact in region["facts"])]
            assert unsupported(region["caption"], facts) == unsupported(region["paraphrase"], facts) == ()
            for negative in region["negatives"]:
                if negative["positive"]:
                    assert unsupported(negative["positive"], facts) == (), negative
                if negative["slot"] in ("other_region", "position"):
                    assert unsupported(negative["text"], facts), negative
                elif failure := READ.get(negative["slot"]):
                    assert failure in unsupported(negative["text"], facts), negative


def test_negatives_differ_from_their_text_and_from_each_other() -> None:
    for _, _, row in pictures(80):
        for positive, negatives in [(row["report"], row["negatives"])] + [
            (r["caption"], r["negatives"]) for r in row["regions"]
        ]:
            pairs = {(negative["positive"] or positive, negative["text"]) for negative in negatives}
            assert len(pairs) == len(negatives)
            assert all(true != false for true, false in pairs)
            edited = [negative for negative in negatives if negative["slot"] not in ("other_region", "position")]
            assert all(negative["changed_slots"][0] == negative["slot"] for negative in edited)
            assert all(negative["original"] != negative["replaced"] for negative in edited)
            certain = [each["certainty"] for each in negatives if each["slot"] not in ("name", "other_region")]
            assert set(certain) <= {"certified"}


def claimed_slots(text: str) -> set[str]:
    reading = read(text)
    named = {meaning.slot for each in reading.named for meaning in each.mention.meanings}
    others = ("places", "sides", "relations", "lengths", "counts")
    return named | {name for name in others if getattr(reading, name)}


def test_a_negative_keeps_every_claim_but_the_edited_one() -> None:
    for _, _, row in pictures(40):
        for region in row["regions"]:
            for negative in region["negatives"]:
                if negative["kind"] != "other_region":
                    true = negative["positive"] or region["caption"]
                    claimed = claimed_slots(true)
                    assert claimed_slots(negative["text"]) - claimed <= {"finding"}
                    assert abs(len(negative["text"].split()) - len(true.split())) <= 6


@pytest.mark.parametrize("at_most", [0, 1, 3])
def test_the_limit_holds_and_kinds_take_turns(at_most: int) -> None:
    regions, told = random_picture(3)

    settings = DescribeSettings(negatives_per_region=at_most, negatives_per_report=at_most)
    row = describe(make_picture(regions, **told), Describe(settings))[0]
    for region in row["regions"]:
        kinds = [negative["kind"] for negative in region["negatives"]]
        assert len(kinds) <= at_most
        counts = Counter(kinds).values()
        assert not counts or max(counts) - min(counts) <= 1
    assert len(row["negatives"]) <= at_most


def test_values_are_swapped_one_way_as_often_as_the_other() -> None:
    swapped: dict[tuple[str, str], int] = {}
    for i in range(300):
        box = (50, 50, 90, 90) if i % 2 else (600, 50, 640, 90)
        region = make_region(box, "drusen", region_id=f"r{i}")
        row = describe(make_picture([region], header={"width": WIDTH, "height": HEIGHT}, modality="fundus"))[0]
        first = next(n for n in row["regions"][0]["negatives"] if n["slot"] == "image_side")
        pair = (first["original"], first["replaced"])
        swapped[pair] = swapped.get(pair, 0) + 1
    assert abs(swapped["image-left", "image-right"] - swapped["image-right", "image-left"]) < 30
    assert min(swapped.values()) > 50


def test_a_region_at_the_edge_is_not_told_to_lie_at_the_centre() -> None:
    for i in range(20):
        region = make_region((0, 230, 40, 270), "drusen", region_id=f"r{i}")
        row = describe(make_picture([region], header={"width": WIDTH, "height": HEIGHT}, modality="fundus"))[0]
        assert "centre" not in {negative["replaced"] for negative in row["regions"][0]["negatives"]}


def test_an_image_s_side_is_swapped_in_its_report() -> None:
    row = describe(make_picture(modality="mammography", image_laterality="L"))[0]
    assert [(n["slot"], n["replaced"]) for n in row["negatives"]] == [("side", "right")]
    assert row["negatives"][0]["text"] == row["report"].replace("left breast", "right breast")
    assert [fact["subject"] for fact in row["facts"]] == [IMAGE] * 2


def test_what_a_body_has_once_is_not_counted_otherwise() -> None:
    region = make_region((50, 50, 90, 90), "optic disc", kind="anatomy", exhaustive=True)
    row = describe(make_picture([region], modality="fundus"))[0]
    assert row["negatives"] == []
