"""True and false sentences with the facts that they are to be checked against: what a checker of texts is scored with.

From phantoms, in the phrasing that no writer of ours uses; by hand; and from the findings and notes of real sources,
which lie outside the repository and are named by file, row and place alone.
"""

import csv
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml

from benchmarks.corpora import REPOSITORY
from pipeline.describe.captions import Describe
from pipeline.describe.derive_facts import derive_facts
from pipeline.describe.marked import Marked, marked_regions
from pipeline.phantoms.generate import modality
from pipeline.phantoms.paint import paint_patient
from pipeline.phantoms.plan import Patient, patients
from pipeline.phantoms.scene import Phantom
from pipeline.phantoms.sentences.planted import planted
from pipeline.phantoms.settings import PhantomSettings
from pipeline.phantoms.supervision import Supervision, supervise
from schemas.facts import COUNT_KINDS, IMAGE, Fact
from schemas.lexicon.findings import finding
from schemas.tables.columns import KEY_NAMES
from schemas.tables.images import IMAGES
from schemas.tables.records import RECORDS
from schemas.tables.regions import REGIONS
from schemas.tables.selection import SELECTION
from schemas.taxonomy.body_parts import body_part_of
from schemas.taxonomy.labels import resolve_label

SENTENCES = REPOSITORY / "tests" / "pipeline" / "describe" / "sentences"
PROSE, SECOND_PROSE = ("prose", "prose_of_several", "prose_probes"), ("prose_a", "prose_a_of_several")
UNSEEN_PROSE = ("prose_b", "prose_b_of_several")  # that the checker is not mended with
OF_PICTURE = frozenset({"acquisition", "laterality", "label", "presence", *COUNT_KINDS})
_END = re.compile(r"(?<=[.!?])\s+")
STATES = {"1": "present", "0": "absent"}


@dataclass(frozen=True)
class Sentence:
    """`truth` is whether the facts bear it out, `slot` what a false one gets wrong."""

    text: str
    facts: tuple[Fact, ...]
    truth: bool
    slot: str


def by_hand() -> Iterator[Sentence]:
    for group in yaml.safe_load((SENTENCES / "by_hand.yaml").read_text(encoding="utf-8")):
        facts = tuple(as_fact(words) for words in group["facts"])
        for side in ("right", "wrong"):
            for text in group[side]:
                yield Sentence(text, facts, side == "right", group["slot"])


def prose(names: Sequence[str] = PROSE) -> Iterator[Sentence]:
    """Of files of sentences in the manner of vision-language models, among them of pictures with several regions."""
    for name in names:
        for group in yaml.safe_load((SENTENCES / f"{name}.yaml").read_text(encoding="utf-8")):
            facts = tuple(_facts_of_group(group))
            for side in ("right", "wrong"):
                for text in group[side]:
                    yield Sentence(text, facts, side == "right", group["slot"])


def _facts_of_group(group: Mapping[str, Any]) -> Iterator[Fact]:
    if "facts" in group:
        yield from map(as_fact, group["facts"])
        return
    yield from map(_of_picture, group["picture"])
    for i, region in enumerate(group["regions"], 1):
        yield from (replace(as_fact(words), subject=f"r{i}") for words in region)


def _of_picture(words: Sequence[str]) -> Fact:
    if words[0] != "distribution":
        return as_fact(words)
    frame = "patient" if words[2] in ("left", "right", "both") else "image"
    return Fact(IMAGE, "distribution", words[1], words[2], "reader", frame=frame)


def as_fact(words: Sequence[str]) -> Fact:
    """Of `[kind, attribute, value, assertion]`; of the one region where it is not of the picture."""
    kind, attribute, value, *assertion = words
    unit = "mm" if kind == "measurement" else None
    frame = "patient" if kind in ("side", "laterality") else None
    basis = "header" if kind in ("acquisition", "measurement") else "reader"
    said = assertion[0] if assertion else "present"
    subject = IMAGE if kind in OF_PICTURE else "r1"
    return Fact(subject, kind, attribute, value, basis, assertion=said, frame=frame, unit=unit)


def of_phantoms(count: int, seed: int) -> Iterator[Sentence]:
    """Of `count` pictures, held-out looks among them, in the evaluation's phrasing."""
    settings = PhantomSettings(count=count, seed=seed, part="test")
    for patient in patients(settings, {name: modality(name) for name in settings.modalities}):
        for phantom in paint_patient(settings, patient):
            facts = facts_of(settings, patient, phantom)
            for each in planted(phantom, seed=seed):
                yield Sentence(each.sentence.text, facts, each.truth, each.slot)


def tables_of_phantoms(count: int, seed: int) -> dict[str, pa.Table]:
    """What the stage that writes texts reads, of `count` pictures."""
    settings = PhantomSettings(count=count, seed=seed)
    images, regions = list[dict[str, Any]](), list[dict[str, Any]]()
    for patient in patients(settings, {name: modality(name) for name in settings.modalities}):
        for phantom in paint_patient(settings, patient):
            row = picture_row(phantom, seen := supervise(settings, patient, phantom))
            images.append({**row, "status": "kept", "image_id": phantom.id})
            regions += region_rows(row, seen)
    rows = {
        "images": (images, IMAGES),
        "selection": (images, SELECTION),
        "regions": (regions, REGIONS),
        "records": (images, RECORDS),
    }
    return {
        name: pa.Table.from_pylist(of, schema=schema).select(list(Describe.reads[name]))
        for name, (of, schema) in rows.items()
    }


def facts_of(settings: PhantomSettings, patient: Patient, phantom: Phantom) -> tuple[Fact, ...]:
    """As the pipeline derives them from what a corpus learns of the phantom, and what has changed."""
    row = picture_row(phantom, seen := supervise(settings, patient, phantom))
    derived = derive_facts(row, _marked(row, seen))
    of_regions = (fact for facts in derived.regions for fact in facts if fact.kind != "measurement")
    more = (*_measured(phantom, seen), *_change(phantom, seen), *_gone(phantom))
    return (*map(_exact, derived.image), *of_regions, *more)


def _exact(fact: Fact) -> Fact:
    """A scene knows how many structures it drew, though nobody declares that all of them are marked."""
    return replace(fact, kind="count") if fact.kind == "count_at_least" else fact


def _measured(phantom: Phantom, seen: Supervision) -> Iterator[Fact]:
    """A scene knows lengths to more digits than a reader of its pixels may say."""
    rows, columns = phantom.spacing_mm or (0.0, 0.0)
    for i, region in enumerate(seen.regions if phantom.spacing_mm else ()):
        left, top, right, bottom = region["box_xyxy"]
        for name, mm in (("width", (right - left) * columns), ("height", (bottom - top) * rows)):
            yield Fact(f"{phantom.id}-r{i}", "measurement", name, f"{mm:.6f}", "header", unit="mm", frame="image")


def picture_row(phantom: Phantom, seen: Supervision) -> dict[str, Any]:
    """The columns of the picture that facts are derived from."""
    said = {
        name: getattr(phantom, name)
        for name in ("modality", "technique", "body_part", "projection", "image_laterality")
    }
    states = [
        {
            "category": category,
            "state": STATES.get(state, "present"),
            "basis": "phantom",
            "visible": state != "unseen",
            "stated": True,
        }
        for category, state in seen.states.items()
    ]
    return {
        **dict(zip(KEY_NAMES, ("phantoms", phantom.id, 0, ""), strict=True)),
        **said,
        **{f"header_{name}": value for name, value in said.items()},
        "axes": phantom.axes,
        "plane": phantom.plane,
        "spacing_mm": phantom.spacing_mm,
        "spacing_basis": "header" if phantom.spacing_mm else "unknown",
        "window": {"name": phantom.window_name},
        "width": phantom.pixels.shape[1],
        "height": phantom.pixels.shape[0],
        "label_states": states,
        "annotation_scope": sorted(finding(label).name for label in seen.exhaustive),
        "texts": None,
    }


def _marked(row: Mapping[str, Any], seen: Supervision) -> list[Marked]:
    key = tuple(row[name] for name in KEY_NAMES)
    table = pa.Table.from_pylist(region_rows(row, seen), schema=REGIONS)
    return marked_regions(table, {key: (row["width"], row["height"])}).get(key, [])


def region_rows(row: Mapping[str, Any], seen: Supervision) -> list[dict[str, Any]]:
    return [_region(row, i, region, region["label"] in seen.exhaustive) for i, region in enumerate(seen.regions)]


def _region(row: Mapping[str, Any], index: int, region: Mapping[str, Any], exhaustive: bool) -> dict[str, Any]:
    known = finding(region["label"])
    left, top, right, bottom = region["box_xyxy"]
    said = {**region.get("attributes", {}), **{name: region[name] for name in ("side", "place") if name in region}}
    return {
        **{name: row[name] for name in KEY_NAMES},
        "region_id": f"{row['item']}-r{index}",
        "kind": known.kind,
        "label": known.id,
        "name": known.name,
        "category": known.category,
        "box_xyxy": [left, top, right, bottom],
        "attributes": [{"attribute": name, "value": value} for name, value in said.items()],
        "area_px": (right - left) * (bottom - top),
        "exhaustive": exhaustive,
        "label_source": "phantom",
        "detector": "given",
        "segmenter": "given",
    }


def _change(phantom: Phantom, seen: Supervision) -> Iterator[Fact]:
    """Of regions that a reader marks, which supervision keeps in the picture's order."""
    visible = [region for region in phantom.regions if region.visible]
    for i, (region, row) in enumerate(zip(visible, seen.regions, strict=True)):
        if region.change and region.label == row["label"]:
            yield Fact(f"{phantom.id}-r{i}", "change", "since_prior", region.change, "phantom")


def _gone(phantom: Phantom) -> Iterator[Fact]:
    for i, name in enumerate(phantom.gone):
        yield Fact(f"gone{i}", "identity", "name", name, "phantom", assertion="absent")
        yield Fact(f"gone{i}", "change", "since_prior", "resolved", "phantom")


def of_real_sources(root: Path) -> Iterator[Sentence]:
    """Notes as `real.yaml` reads them, and coded findings of a table, each also against the facts of another."""
    for group in yaml.safe_load((SENTENCES / "real.yaml").read_text(encoding="utf-8")):
        text = _note(root, group)
        facts = tuple(as_fact(words) for words in group["facts"])
        yield Sentence(text, facts, group["truth"], group["slot"])
        for other in group.get("others", ()):
            changed = tuple(as_fact(words) for words in other["facts"])
            yield Sentence(text, changed, False, other["slot"])
    yield from _diagnoses(root / "pad-ufes-20" / "metadata.csv")


def _note(root: Path, group: Mapping[str, Any]) -> str:
    """The sentence that a group names; raises ValueError where the file holds another one."""
    with (root / group["file"]).open(encoding="utf-8", newline="") as file:
        (row,) = [row for row in csv.DictReader(file) if row[group["key"]] == group["row"]]
    text: str = _END.split(row[group["column"]])[group["sentence"]]
    if hashlib.sha256(text.encode()).hexdigest()[:16] != group["sha256"]:
        raise ValueError(f"{group['file']}: row {group['row']} holds another sentence than the one that was read")
    return text


def _diagnoses(table: Path, limit: int = 400) -> Iterator[Sentence]:
    """`BCC, NOSE`: the source's words against the facts of its own row, and against those of another diagnosis."""
    with table.open(encoding="utf-8", newline="") as file:
        rows = [_diagnosis(row) for row in csv.DictReader(file)][:limit]
    known = [each for each in rows if each is not None]
    for i, (text, facts) in enumerate(known):
        yield Sentence(text, facts, True, "finding")
        other = next((facts_ for _, facts_ in known[i:] if facts_[-1].value != facts[-1].value), None)
        if other is not None:
            same_part = replace(other[-1])
            yield Sentence(text, (*facts[:-1], same_part), False, "finding")


def _diagnosis(row: Mapping[str, str]) -> tuple[str, tuple[Fact, ...]] | None:
    meant, part = resolve_label(row["diagnostic"], "dermatology"), body_part_of(row["region"])
    if meant is None or part is None or meant.finding is None:
        return None
    facts = (
        as_fact(("acquisition", "modality", "dermatology")),
        as_fact(("acquisition", "body_part", part)),
        as_fact(("identity", "name", finding(meant.finding).name)),
    )
    return f"{row['diagnostic']}, {row['region'].lower()}.", facts
