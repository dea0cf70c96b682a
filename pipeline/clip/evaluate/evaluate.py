"""All tables of a checkpoint on a split: what it scores, and what floors and controls score on the same rows."""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from pipeline.bootstrap import Figure, mean
from pipeline.clip.checkpoint import load_model, trained_groups
from pipeline.clip.evaluate.embedding import (
    Embeddings,
    Vectors,
    boxes_alone,
    embed,
    embed_pictures,
    embed_texts,
    shuffled_boxes,
)  # fmt: skip
from pipeline.clip.evaluate.geometry import fitted_geometry
from pipeline.clip.evaluate.regions import Choices, Versions, names, own_negatives, region_choice, rivals
from pipeline.clip.evaluate.retrieval import RANKS, Ranked, region_pairs, report_pairs, retrieve
from pipeline.clip.evaluate.settings import EvaluationSettings
from pipeline.clip.evaluate.zero_shot import LABEL, PAIR, WRITER, ZeroShot
from pipeline.clip.model import RegionClip
from pipeline.clip.rows import ReleaseRows
from pipeline.clip.samples import Text
from pipeline.clip.tokenizer import Tokenizer
from pipeline.clip.train import device_of
from schemas.facts import SIZES

MODEL, RANDOM, MODALITY, SHUFFLED, BOXES, GEOMETRY, CHANCE = (
    "model", "random weights", "modality and body part alone", "shuffled boxes", "boxes on grey",
    "boxes, fitted", "chance",
)  # fmt: skip
NONE, ORACLE = "none", "oracle"
# Sizes of regions that are judged together; none named: all, of unknown size too.
STRATA: Mapping[str, tuple[str, ...]] = {
    "all": (),
    "tiny and small": SIZES[:2],
    "small and medium": SIZES[1:3],
    **{each: (each,) for each in SIZES},
}
SEEN_IN_TRAINING = "groups also trained on"
CONTEXT = ("modality=", "body_part=")


@dataclass(frozen=True)
class Row:
    """One line of a table. `chance` is what a blind guess scores, where that is a number of its own."""

    table: str
    what: str
    method: str
    regime: str
    figure: Figure
    chance: float | None = None


@dataclass(frozen=True)
class Evaluation:
    rows: tuple[Row, ...]
    found: Embeddings  # of the model
    reports: Vectors  # of its texts, in the order of report_pairs
    about: Mapping[str, Any]


@dataclass(frozen=True)
class _Seen:
    """A method's vectors of pictures, regions and texts."""

    model: RegionClip
    found: Embeddings
    reports: Vectors
    captions: Vectors
    versions: list[Versions]


def evaluate(
    checkpoint: Path, release: str, split: str, settings: EvaluationSettings, told: Callable[[str], None]
) -> Evaluation:
    """`told` is called with a line before each of the longer parts."""
    if settings.threads:
        torch.set_num_threads(settings.threads)
    device = device_of(settings.device)
    model, tokenizer, state = load_model(checkpoint)
    floors = [_drawn(model, tokenizer, settings.seed + i).to(device) for i in range(settings.draws)]
    model = model.to(device)
    rows = ReleaseRows(release, split)
    told(f"{len(rows)} rows of split {split}")
    trained = _seen(model, tokenizer, rows, settings)
    told(f"{settings.draws} draws of random weights, shuffled boxes, boxes on grey")
    pictures = list(zip(floors, embed_pictures(floors, rows, settings.batch), strict=True))
    untrained = _seen(floors[0], tokenizer, rows, settings)
    shuffled, alone = (
        embed(model, rows, settings.batch, settings.regions, change) for change in (shuffled_boxes, boxes_alone)
    )
    told("tables")
    controls = {SHUFFLED: shuffled.z_region, BOXES: alone.z_region}
    tables = (
        *_zero_shot(trained, pictures, alone.z_global_roi, tokenizer, settings),
        *_retrieval(trained, untrained, settings),
        *_regions(trained, untrained, controls, settings),
        *_names(trained, untrained, controls, tokenizer, settings),
    )
    groups = rows.group_hashes()
    about = {
        "checkpoint": checkpoint.name,
        "trained on": f"{Path(state.release).name}, split {state.split}",
        "release": Path(release).name,
        "split": split,
        "rows": len(rows),
        "groups": len(groups),
        SEEN_IN_TRAINING: int(np.isin(groups, trained_groups(checkpoint).numpy()).sum()),
        "regions": len(trained.found.owner),
        "regions left out": trained.found.left_out,
        "settings": asdict(settings),
    }
    return Evaluation(tables, trained.found, trained.reports, about)


def _drawn(model: RegionClip, tokenizer: Tokenizer, seed: int) -> RegionClip:
    """The same model before it learned anything."""
    torch.manual_seed(seed)
    return RegionClip(model.settings, tokenizer.size, model.configs).eval()


def _seen(model: RegionClip, tokenizer: Tokenizer, rows: ReleaseRows, settings: EvaluationSettings) -> _Seen:
    found = embed(model, rows, settings.batch, settings.regions)
    pairs, _ = report_pairs(found)
    own = [region.negatives for region in found.regions]
    true = embed_texts(model, tokenizer, [each.true for pairs in own for each in pairs])
    false = embed_texts(model, tokenizer, [each.false for pairs in own for each in pairs])
    ends = np.cumsum([0, *map(len, own)])
    return _Seen(
        model,
        found,
        embed_texts(model, tokenizer, pairs.words),
        embed_texts(model, tokenizer, region_pairs(found).words),
        [(true[start:end], false[start:end]) for start, end in itertools.pairwise(ends)],
    )


def _zero_shot(
    trained: _Seen,
    floors: Sequence[tuple[RegionClip, Vectors]],
    boxes: Vectors,
    tokenizer: Tokenizer,
    settings: EvaluationSettings,
) -> Iterator[Row]:
    """Within a cell the modality and body part are one, so that they alone score one half.

    `floors` are draws of random weights with their z_global, which with closed gates is their z_global_roi; `boxes` the
    z_global_roi of boxes on grey.
    """
    judge = ZeroShot(trained.found.known, settings.resamples)
    what = f"macro AUC over {len(judge.counted)} cells"
    for by in (PAIR, LABEL, WRITER):
        named = f"{what}, {by} prompts"
        ours, informed, alone = (
            judge.scored(trained.model, tokenizer, z, by)
            for z in (trained.found.z_global, trained.found.z_global_roi, boxes)
        )
        drawn = [judge.scored(floor, tokenizer, z, by) for floor, z in floors]
        macro = judge.macro(ours)
        yield Row("zero-shot", named, MODEL, NONE, macro, 0.5)
        yield Row("zero-shot", named, MODEL, ORACLE, judge.macro(informed), 0.5)
        yield Row("zero-shot", named, RANDOM, NONE, judge.macro(*drawn), 0.5)
        yield Row("zero-shot", named, BOXES, ORACLE, judge.macro(alone), 0.5)
        yield Row("zero-shot", f"{named}, model less {RANDOM}", MODEL, NONE, judge.lead(ours, *drawn))
        yield Row("zero-shot", f"{named}, model less {RANDOM}", MODEL, ORACLE, judge.lead(informed, *drawn))
        yield Row("zero-shot", f"{named}, model less {MODALITY}", MODEL, NONE, macro.shifted(0.5))
        yield Row("zero-shot", f"{named}, model less {BOXES}", MODEL, ORACLE, judge.lead(informed, alone))
        for number, scored in enumerate(drawn, 1):
            yield Row("zero-shot draws", f"{named}, draw {number}", RANDOM, NONE, judge.macro(scored), 0.5)
        for cell, found in judge.each(ours):
            yield Row("zero-shot cells", f"{cell.name}, {by} prompts", MODEL, NONE, found, 0.5)


def _retrieval(trained: _Seen, untrained: _Seen, settings: EvaluationSettings) -> Iterator[Row]:
    pairs, rows = report_pairs(trained.found)
    context = _context([*(subject.true for subject in pairs.subjects), *(text.claims for text in pairs.texts)])
    methods = {
        (MODEL, NONE): (trained.found.z_global[rows], trained.reports),
        (MODEL, ORACLE): (trained.found.z_global_roi[rows], trained.reports),
        (RANDOM, NONE): (untrained.found.z_global[rows], untrained.reports),
        (MODALITY, NONE): (context[: len(rows)], context[len(rows) :]),
    }
    for backwards, what in ((False, "picture to report"), (True, "report to picture")):
        for within, where in ((True, "within a modality"), (False, "over all modalities")):
            found = retrieve(methods, pairs, within, backwards)
            yield from _ranked("retrieval", f"{what}, {where}", found, settings)


def _context(claims: Sequence[frozenset[str]]) -> Vectors:
    """Unit vectors of what is said of modality and body part alone."""
    words = sorted({claim for each in claims for claim in each if claim.startswith(CONTEXT)})
    found = np.array([[float(word in each) for word in words] for each in claims], np.float32)
    found = found.reshape(len(claims), len(words))
    return np.asarray(found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9), np.float32)


def _ranked(
    table: str, what: str, found: Mapping[tuple[str, str], Ranked], settings: EvaluationSettings
) -> Iterator[Row]:
    """Recalls of each method, then how far the first lies above the others, paired."""
    (method, regime), first = next(iter(found.items()))
    for k in RANKS:
        name = f"{what}, R@{k} of {first.gallery:.0f}"
        for (other, its_regime), ranked in found.items():
            recall = mean(ranked.hits[k], ranked.groups, settings.resamples)
            yield Row(table, name, other, its_regime, recall, ranked.chance[k])
        for (other, _), ranked in found.items():
            if other not in (method, MODEL):
                paired = mean(first.hits[k] - ranked.hits[k], first.groups, settings.resamples)
                yield Row(table, f"{name}, model less {other}", method, regime, paired)


def _regions(
    trained: _Seen, untrained: _Seen, controls: Mapping[str, Vectors], settings: EvaluationSettings
) -> Iterator[Row]:
    found, pairs = trained.found, region_pairs(trained.found)
    captions, versions = trained.captions, trained.versions
    seen = {
        MODEL: (found.z_region, captions, versions),
        RANDOM: (untrained.found.z_region, untrained.captions, untrained.versions),
        **{name: (z, captions, versions) for name, z in controls.items()},
        GEOMETRY: (_geometry(found, captions, pairs.texts), captions, versions),
    }
    methods = {(name, ORACLE): (z, texts) for name, (z, texts, _) in seen.items()}
    ranked = retrieve(methods, pairs, within=True, backwards=False)
    yield from _ranked("region retrieval", "region to caption, within a modality", ranked, settings)
    among = rivals(found, pairs.texts)
    choices = {name: region_choice(found, z, texts, among) for name, (z, texts, _) in seen.items()}
    yield from _chosen("region choice", choices, settings)
    won = {name: own_negatives(found, z, own) for name, (z, _, own) in seen.items()}
    yield from _chosen("own negatives", won, settings)


def _names(
    trained: _Seen,
    untrained: _Seen,
    controls: Mapping[str, Vectors],
    tokenizer: Tokenizer,
    settings: EvaluationSettings,
) -> Iterator[Row]:
    """Captions tell where a region lies and how large it is, which its box tells as well; its name is for the eye."""
    found = trained.found
    told = names(found)
    words = [text.words for text in told]
    ours, theirs = (embed_texts(each.model, tokenizer, words) for each in (trained, untrained))
    seen = {
        MODEL: (found.z_region, ours),
        RANDOM: (untrained.found.z_region, theirs),
        **{name: (z, ours) for name, z in controls.items()},
        GEOMETRY: (_geometry(found, ours, told), ours),
    }
    among = rivals(found, told)
    choices = {name: region_choice(found, z, texts, among) for name, (z, texts) in seen.items()}
    yield from _chosen("name choice", choices, settings)


def _geometry(found: Embeddings, texts: Vectors, told: Sequence[Text]) -> Vectors:
    """Fitted to the regions that have a text; zero for others."""
    rows = [i for i, text in enumerate(told) if text.words]
    owners = [found.known[found.owner[i]].sample for i in rows]
    contexts = [f"{sample.modality} {sample.body_part}" for sample in owners]
    vectors = np.zeros_like(texts)
    groups = [sample.group_id for sample in owners]
    vectors[rows] = fitted_geometry(found.boxes[rows], contexts, texts[rows], groups)
    return vectors


def _chosen(table: str, choices: Mapping[str, Choices], settings: EvaluationSettings) -> Iterator[Row]:
    """Accuracies by size, then how far the model lies above chance and each control, paired."""
    for stratum, sizes in STRATA.items():
        parts = {name: each.of_sizes(sizes) for name, each in choices.items()}
        ours = parts[MODEL]
        chance = float(ours.chance.mean()) if len(ours.chance) else None
        for name, part in parts.items():
            yield Row(table, stratum, name, ORACLE, mean(part.right, part.groups, settings.resamples), chance)
        above = {CHANCE: ours.chance, **{name: part.right for name, part in parts.items() if name != MODEL}}
        for name, other in above.items():
            paired = mean(ours.right - other, ours.groups, settings.resamples)
            yield Row(table, f"{stratum}, model less {name}", MODEL, ORACLE, paired)


def as_json(found: Evaluation) -> dict[str, Any]:
    return {"about": dict(found.about), "rows": [asdict(row) for row in found.rows]}
