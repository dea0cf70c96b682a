"""The tables as Markdown and as a page; the page draws what retrieval finds."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import cv2
import numpy as np

from pipeline.bootstrap import LEAST_GROUPS, Figure
from pipeline.clip.evaluate.evaluate import Evaluation, Row
from pipeline.clip.evaluate.retrieval import report_pairs
from pipeline.clip.rows import ReleaseRows
from pipeline.clip.samples import decoded
from pipeline.pages import template

TOO_FEW = f"n/a: too few (fewer than {LEAST_GROUPS} groups)"
SHOWN, SHOWN_PX = 4, 180
NOTES = {
    "zero-shot": (
        "AUC within one modality and body part, over pictures whose category is present or absent; the mean over "
        f"cells with at least {LEAST_GROUPS} groups a side. Modality and body part alone score 0.5 there. Pair and "
        "label prompts are phrased apart from the writer's; the writer's prompts are its own sentences about labels. "
        "Random weights: the mean over draws; intervals hold what draws and patients add."
    ),
    "zero-shot draws": "Each draw of random weights by itself: how well one can score by luck.",
    "zero-shot cells": "Each cell by itself, no boxes.",
    "retrieval": "A gallery holds each report once; every report whose told facts are all true of the picture counts.",
    "region retrieval": (
        "Regions given by the release's boxes; each caption once, all that are true count. Where boxes are shuffled, a "
        "picture's only region keeps its own."
    ),
    "region choice": (
        "A region chooses among its caption and those of its picture's other regions that are surely false of it."
    ),
    "name choice": (
        "The same with names alone (`A pulmonary nodule.`): captions tell place and size, which a box tells as well. "
        "Boxes, fitted: a regression from the box, modality and body part to the text's vector, on other groups."
    ),
    "own negatives": (
        "How often a true text of a region lies nearer to it than that text's false version (certified or exclusive), "
        "version by version; chance is one half."
    ),
}


def shown(figure: Figure) -> str:
    """`0.712 [0.655, 0.768]`."""
    if figure.value is None:
        return TOO_FEW
    return f"{figure.value:.3f} [{figure.low:.3f}, {figure.high:.3f}]"


def tables(rows: Sequence[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.table, []).append(row)
    return found


def markdown(found: Evaluation, name: str) -> str:
    """Every row; intervals are 95 %, by bootstrap over groups."""
    lines = [f"# {name}", "", *(f"- {key}: {value}" for key, value in found.about.items() if key != "settings"), ""]
    for table, rows in tables(found.rows).items():
        lines += [f"## {table.capitalize()}", "", NOTES[table], ""]
        lines += ["| what | method | regime | value [95 %] | chance | n | groups |", "|---|---|---|---|---|---|---|"]
        lines += [
            f"| {row.what} | {row.method} | {row.regime} | {shown(row.figure)} | "
            f"{'' if row.chance is None else f'{row.chance:.3f}'} | {row.figure.n} | {row.figure.groups} |"
            for row in rows
        ]
        lines.append("")
    return "\n".join(lines)


def page(found: Evaluation, name: str, rows: ReleaseRows, examples: int) -> str:
    """One page, without any request."""
    return template("pipeline.clip", "evaluation.html.j2").render(
        name=name,
        shown=shown,
        about={key: value for key, value in found.about.items() if key != "settings"},
        tables=tables(found.rows),
        notes=NOTES,
        examples=_examples(found, rows, examples),
    )


def _examples(found: Evaluation, rows: ReleaseRows, count: int) -> list[dict[str, Any]]:
    """Pictures spread over the modalities, each with the reports that come nearest within its own."""
    pairs, places = report_pairs(found.found)
    chosen = _spread(pairs.modalities, count)
    told = []
    for query in chosen:
        gallery = [i for i, modality in enumerate(pairs.modalities) if modality == pairs.modalities[query]]
        similar = found.reports[gallery] @ found.found.z_global[places[query]]
        best = [gallery[i] for i in np.argsort(-similar, kind="stable")[:SHOWN]]
        told.append(
            {
                "picture": thumbnail(rows[int(places[query])]),
                "modality": pairs.modalities[query],
                "own": pairs.texts[query].words,
                "found": [
                    {"words": pairs.texts[i].words, "own": pairs.texts[i].words == pairs.texts[query].words}
                    for i in best
                ],
            }
        )
    return told


def _spread(modalities: Sequence[str], count: int) -> list[int]:
    """The first of each modality, then the second of each."""
    seen: dict[str, int] = {}
    turns = []
    for i, modality in enumerate(modalities):
        seen[modality] = seen.get(modality, -1) + 1
        turns.append((seen[modality], modality, i))
    return [i for _, _, i in sorted(turns)[:count]]


def thumbnail(row: Mapping[str, Any]) -> str:
    """A data URI."""
    picture = decoded(row["image"]["bytes"])
    scale = SHOWN_PX / max(picture.shape[:2])
    wh = max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale))
    small = cv2.resize(picture, wh, interpolation=cv2.INTER_AREA)
    data = bytes(cv2.imencode(".jpg", small[:, :, ::-1], (cv2.IMWRITE_JPEG_QUALITY, 85))[1])
    return f"data:image/jpeg;base64,{base64.b64encode(data).decode()}"
