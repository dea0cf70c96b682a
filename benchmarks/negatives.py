"""Negatives of phantoms: how many stay, how well texts alone tell them, and how many are in truth true.

Truth is the scene's: places, sizes and lengths are measured anew on its boxes, and things that nobody marked count.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.both_ways import negation_rows, swap_rows
from benchmarks.planted import picture_row, region_rows
from benchmarks.rows import Row
from pipeline.describe.across import OTHER_PICTURE
from pipeline.describe.audit.judge import HELD_FROM, audit
from pipeline.describe.audit.pairs import REGION, REPORT, UNKNOWN, Pair, ReleasedPairs, drawn
from pipeline.describe.balance.counts import CountEdits
from pipeline.describe.balance.rates import rates_of
from pipeline.describe.balance.stage import Balance
from pipeline.describe.captions import Describe
from pipeline.describe.exchanges import OTHER_REGION
from pipeline.describe.settings import ENOUGH, DescribeSettings
from pipeline.describe.told import told_facts
from pipeline.intervals import clopper_pearson
from pipeline.phantoms.generate import modality
from pipeline.phantoms.kinds import Box
from pipeline.phantoms.paint import paint_patient
from pipeline.phantoms.plan import patients
from pipeline.phantoms.scene import Phantom, Region
from pipeline.phantoms.settings import Noise, PhantomSettings
from pipeline.phantoms.supervision import supervise
from schemas.facts import IMAGE_SIDES, SIZES, VERTICALS, Fact
from schemas.lexicon.findings import finding
from schemas.tables.images import IMAGES
from schemas.tables.records import RECORDS
from schemas.tables.regions import REGIONS
from schemas.tables.selection import SELECTION

SEED = 909  # of phantoms that nothing was tried on
PICTURES, QUICK = 4200, 240
REPORTS, REPORTS_PX = 6000, 96  # pictures whose reports alone have negatives, since a report has few
OMITTED = 0.2  # of boxes, where presumed negatives are measured
SIZE_PX = 256
A_PART = 256  # pictures
SIZE_BOUNDS = (0.02, 0.07, 0.2)  # of a box's longer side over the picture's
LENGTHS_ALIKE = 1.25  # a factor
OVERLAP = 0.25  # of the smaller box
BOUND = 0.55
# Of facts, the kinds that tell things apart, and slots of which negatives speak by another word.
WHAT_A_THING_IS = ("identity", "position", "side", "size", "shape", "appearance", "location", "measurement")
SLOTS = {"share_of_image": "size", "outline": "shape", "patient": "side", "anatomy": "place"}
Told = Mapping[str, Any]


@dataclass(frozen=True)
class Thing:
    """What a marked region is, measured on its box in a picture of `wh` pixels."""

    region: Region
    wh: tuple[int, int]

    def across(self) -> str:
        return IMAGE_SIDES[min(2, int(3 * self._middle(0) / self.wh[0]))]

    def vertical(self) -> str:
        return VERTICALS[min(2, int(3 * self._middle(1) / self.wh[1]))]

    def size(self) -> str:
        return SIZES[sum(max(self.sides()) / max(self.wh) >= bound for bound in SIZE_BOUNDS)]

    def outline(self) -> str | None:
        """Of what is twice as long one way as the other."""
        wide, high = self.sides()
        return "wide" if wide >= 2 * high else "tall" if high >= 2 * wide else None

    def sides(self) -> tuple[int, int]:
        x1, y1, x2, y2 = self.region.box_xyxy
        return x2 - x1, y2 - y1

    def extents(self, phantom: Phantom) -> tuple[float, float]:
        """In mm, or in the smaller unit that a microscope's spacing is told in."""
        rows, columns = phantom.spacing_mm or (1.0, 1.0)
        unit = 1000.0 if max(rows, columns) < 0.01 else 1.0
        return self.sides()[0] * columns * unit, self.sides()[1] * rows * unit

    def looks(self) -> tuple[Any, ...]:
        known = self.region
        return (
            known.name,
            known.side,
            known.place,
            sorted(known.attributes.items()),
            self.across(),
            self.vertical(),
            self.size(),
        )

    def _middle(self, axis: int) -> float:
        return (self.region.box_xyxy[axis] + self.region.box_xyxy[axis + 2]) / 2


@dataclass(frozen=True)
class Corpus:
    """Drafts and captions, and the scenes by item, without pixels; `things` by region id, `takers` by twin."""

    name: str
    drafts: pa.Table
    captions: pa.Table
    selection: pa.Table
    truth: Mapping[str, Phantom]
    things: Mapping[str, Thing]
    takers: Mapping[str, Sequence[Told]]


def measure(_: Path, quick: bool) -> list[Row]:
    count = QUICK if quick else PICTURES
    made = corpus("all boxes", PhantomSettings(count=count, seed=SEED, size_px=SIZE_PX), DescribeSettings())
    pairs = list(_pairs(made))
    rows = [*_amounts(made), *_few(made), *_blind(pairs, "all", "region", "kind")]
    rows += [*swap_rows(pairs), *negation_rows(pairs), *_true(made, "certified", 0.0)]
    many = PhantomSettings(count=count if quick else REPORTS, seed=SEED + 2, size_px=REPORTS_PX)
    reports = list(_pairs(corpus("reports", many, DescribeSettings(negatives_per_region=0))))
    rows += _blind(reports, "report")
    noise = Noise(omit_boxes=OMITTED)
    few = PhantomSettings(count=count // 2, seed=SEED + 1, size_px=SIZE_PX, supervision=noise)
    presumed = corpus(f"{OMITTED:.0%} of boxes left out", few, DescribeSettings(presumed=True))
    return [*rows, *_true(presumed, "certified", None), *_true(presumed, "presumed", None)]


def corpus(name: str, settings: PhantomSettings, options: DescribeSettings) -> Corpus:
    images, regions = list[dict[str, Any]](), list[dict[str, Any]]()
    truth, things = dict[str, Phantom](), dict[str, Thing]()
    for patient in patients(settings, {name: modality(name) for name in settings.modalities}):
        for phantom in paint_patient(settings, patient):
            row = picture_row(phantom, seen := supervise(settings, patient, phantom))
            ids = {"image_id": phantom.id, "group_id": phantom.patient, "split": _split(phantom.patient)}
            images.append({**row, **ids, "status": "kept"})
            marked = region_rows(row, seen)
            regions += marked
            for each in marked:
                region = next(
                    r for r in phantom.regions if (r.label, list(r.box_xyxy)) == (each["label"], each["box_xyxy"])
                )
                things[each["region_id"]] = Thing(region, (row["width"], row["height"]))
            truth[phantom.id] = replace(phantom, pixels=phantom.pixels[:0, :0].copy(), stored=None)
    rows = {
        "images": (images, IMAGES),
        "selection": (images, SELECTION),
        "regions": (regions, REGIONS),
        "records": (images, RECORDS),
    }
    tables = {name: pa.Table.from_pylist(of, schema=schema) for name, (of, schema) in rows.items()}
    drafts = pa.concat_tables(Describe(options)(part) for part in _parts(tables))
    found = {"drafts": drafts, "selection": tables["selection"]}
    (rates,) = rates_of([CountEdits()(found)])
    captions = Balance(options)({**found, "rates": rates})
    takers = defaultdict[str, list[Told]](list)
    for _, taker, negative in _negatives(drafts):
        if taker is not None and negative["twin"]:
            takers[negative["twin"]].append(taker)
    return Corpus(name, drafts, captions, tables["selection"], truth, things, takers)


def _split(patient: str) -> str:
    """As a build's are by default: four fifths, and a tenth each."""
    share = drawn("split", patient)[0] / 256
    return "train" if share < 0.8 else "validation" if share < 0.9 else "test"


def _parts(tables: Mapping[str, pa.Table]) -> Iterator[dict[str, pa.Table]]:
    """As many pictures as a part of a build has, by a hash of their ids; what `Describe` reads of them."""
    items = sorted(tables["images"]["item"].to_pylist(), key=lambda item: drawn("part", item))
    for start in range(0, len(items), A_PART):
        chosen = pa.array(items[start : start + A_PART])
        yield {
            name: table.select(list(Describe.reads[name])).filter(pc.is_in(table["item"], value_set=chosen))
            for name, table in tables.items()
        }


def _amounts(made: Corpus) -> Iterator[Row]:
    drawn, kept = (Counter(each["kind"] for _, _, each in _negatives(table)) for table in (made.drafts, made.captions))
    for kind in sorted(drawn):
        yield Row(f"kept of {drawn[kind]:,} drawn, {kind}", "share", [kept[kind] / drawn[kind]], "higher")
    regions = [len(region["negatives"]) for row in made.captions.to_pylist() for region in row["regions"]]
    yield Row(f"negatives a region (n {len(regions):,})", "mean", [float(np.mean(regions))], "higher")
    share = float(np.mean([number >= ENOUGH for number in regions]))
    yield Row(f"regions with {ENOUGH} negatives or more", "share", [share], "higher")


def _few(made: Corpus) -> Iterator[Row]:
    """Of regions with fewer, the share that says each reason."""
    few = [region["few_because"] for row in made.captions.to_pylist() for region in row["regions"]]
    few = [because for because in few if because]
    for reason, regions in sorted(Counter(reason for because in few for reason in because).items()):
        yield Row(f"of {len(few):,} regions with fewer, {reason}", "share", [regions / len(few)], "lower")


def _blind(pairs: Sequence[Pair], *heads: str) -> Iterator[Row]:
    """Of each place that is held and begins so, the classifier whose interval reaches highest."""
    found = audit(ReleasedPairs(pairs, {}, 0, 0), 0, lambda _: None)
    for place in found.places:
        if not place.startswith(heads):
            continue
        judged = [row for row in found.of(place) if row.figure.high is not None]
        if not judged or (judged[0].figure.groups < HELD_FROM and place != "all"):
            continue
        worst = max(judged, key=lambda row: row.figure.high or 0.0)
        figure = worst.figure
        what = f"told by text alone, {place}, most by {worst.kind} (n {figure.groups} patients)"
        yield Row(what, "upper end", [figure.high or 0.0], "lower", BOUND)


def _pairs(made: Corpus) -> Iterator[Pair]:
    scenes = {
        row["item"]: row for row in made.selection.select(["item", "group_id", "modality", "body_part"]).to_pylist()
    }
    for row, region, each in _negatives(made.captions):
        scene, told = scenes[row["item"]], region["caption"] if region else row["report"]
        yield Pair(
            of=REGION if region else REPORT,
            true=each["positive"] or told,
            false=each["text"],
            group_id=scene["group_id"],
            **{name: each[name] or UNKNOWN for name in ("kind", "slot", "original", "replaced", "certainty")},
            **{name: scene[name] or UNKNOWN for name in ("modality", "body_part")},
        )


def _negatives(table: pa.Table) -> Iterator[tuple[Told, Told | None, Told]]:
    """Each with its picture and, where it is of one, its region."""
    for row in table.to_pylist():
        for each in row["negatives"]:
            yield row, None, each
        for region in row["regions"]:
            for each in region["negatives"]:
                yield row, region, each


def _true(made: Corpus, certainty: str, target: float | None) -> Iterator[Row]:
    """Of all that are drawn, whether they stay or not: every kind of regions, counts and presence of pictures."""
    counts = Counter[bool]()
    for row, region, each in _negatives(made.drafts):
        if each["certainty"] != certainty:
            continue
        phantom = made.truth[row["item"]]
        if region is not None:
            counts[_is_true(each, region, made, phantom)] += 1
        elif each["slot"] in ("presence", "count"):
            counts[_is_true_of_picture(each, phantom)] += 1
    some, of = counts[True], counts.total()
    if of:
        samples = [some / of, *clopper_pearson(some, of)]
        yield Row(f"{made.name}, {certainty}: in truth true ({some} of {of:,})", "share", samples, "lower", target)


def _is_true(each: Told, region: Told, made: Corpus, phantom: Phantom) -> bool:
    """Whether a region's negative says nothing that is false; of another's caption, nothing that it tells."""
    thing = made.things[region["region_id"]]
    if each["slot"] in (OTHER_REGION, OTHER_PICTURE):
        (other,) = (taker for taker in made.takers[each["twin"]] if taker["region_id"] != region["region_id"])
        return _is_all_true(each["text"], other, thing, phantom)
    values = each["replaced"].split() if each["slot"] in ("position", "side") else [each["replaced"]]
    slots = each["changed_slots"] if len(values) > 1 else [each["slot"]]
    return all(_holds(slot, value, thing, phantom) for slot, value in zip(slots, values, strict=False))


def _is_all_true(caption: str, other: Told, thing: Thing, phantom: Phantom) -> bool:
    """Whether all that another's caption tells is true of the thing; which place it has is looked at first."""
    facts = [Fact.from_row(row) for row in other["facts"]]
    known = {fact.attribute: fact.value for fact in facts}
    if (known["vertical"], known["name"]) != (thing.vertical(), thing.region.name):
        return False
    told = {fact.attribute: fact.value for fact in told_facts(caption, facts) if fact.kind in WHAT_A_THING_IS}
    lengths = [float(told.pop(name)) for name in ("width", "height") if name in told]
    same = all(_holds(SLOTS.get(slot, slot), value, thing, phantom) for slot, value in told.items())
    return same and (not lengths or _alike(lengths, thing.extents(phantom)))


def _holds(slot: str, value: str, thing: Thing, phantom: Phantom) -> bool:
    if slot == "name":
        here = [other.name for other in phantom.regions if overlap(other.box_xyxy, thing.region.box_xyxy) > OVERLAP]
        return value in (thing.region.name, *here)
    if slot == "measurement":
        return _alike([float(number) for number in value.split(" x ")], thing.extents(phantom))
    if slot == "shape" and value in ("round", "wide", "tall"):
        return value == thing.outline()
    measured = {"vertical": thing.vertical, "image_side": thing.across, "size": thing.size}
    stated: Mapping[str, str | None] = {
        **thing.region.attributes,
        "side": thing.region.side,
        "place": thing.region.place,
        "kind": finding(thing.region.label).kind,
    }
    return value == (measured[slot]() if slot in measured else stated.get(slot))


def _alike(lengths: Sequence[float], others: Sequence[float]) -> bool:
    return all(max(a / b, b / a) < LENGTHS_ALIKE for a, b in zip(lengths, others, strict=True))


def _is_true_of_picture(each: Told, phantom: Phantom) -> bool:
    """Things that cannot be seen are there."""
    if each["slot"] == "presence":
        name, _, known = each["replaced"].rpartition(" ")
        there = name in {region.name for region in phantom.regions}
        return there is (known == "present")
    number, _, name = each["replaced"].partition(" ")
    return int(number) == [region.name for region in phantom.regions].count(name)


def overlap(a: Box, b: Box) -> float:
    """Of the smaller box, the share that lies in the other."""
    shared = max(0, min(a[2], b[2]) - max(a[0], b[0])) * max(0, min(a[3], b[3]) - max(a[1], b[1]))
    return shared / min((box[2] - box[0]) * (box[3] - box[1]) for box in (a, b))
