"""What the tiny model of examples/train-phantoms.yaml learns of phantoms, beside floors, controls and a ceiling.

Trained on one corpus, judged on another of its own seed, with looks, phrasings and a scanner that training never saw.
The samples of a row are the figure and the ends of its 95 % interval, over patients.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import labels
from benchmarks.corpora import REPOSITORY
from benchmarks.rows import Row

CORPUS = """
name: phantoms-{split}
ids: content
select: {{splits: {{{split}: 1.0}}}}
annotate: {{detectors: [{{name: given}}]}}
sources:
  - {{name: phantoms, kind: phantoms, root: {root}, licence: CC0-1.0}}
"""
CONFIG = REPOSITORY / "examples" / "train-phantoms.yaml"
UNITS = {"zero-shot": "AUC", **dict.fromkeys(("region choice", "name choice", "own negatives"), "accuracy")}
TRAIN, TEST = 12_000, 8_000  # pictures; of the second, more than 300 patients a modality
STRATA = ("all", "tiny and small", "small and medium")


@dataclass(frozen=True)
class Drawn:
    """One corpus of phantoms, the part train or test; `count` pictures of these modalities (none named: all)."""

    split: str
    count: int
    seed: int
    modalities: tuple[str, ...] = ()


def measure(scratch: Path, quick: bool) -> list[Row]:
    few = ("fundus",) if quick else ()
    train, test = Drawn("train", 48 if quick else TRAIN, 11, few), Drawn("test", 120 if quick else TEST, 12, few)
    releases = released(scratch, train), released(scratch, test)
    settings = [f"release={releases[0]}", "train.threads=1"]
    if quick:
        settings += ["train.batch=8", "train.alike=4", *(f"train.stages.{i}.steps=4" for i in range(4))]
    run = scratch / "run"
    medregion("train", CONFIG, "--run", run, *_set(settings))
    config = scratch / "evaluate.yaml"
    config.write_text(f"name: phantoms\ncheckpoint: {run}\nrelease: {releases[1]}\n")
    medregion("evaluate", config, "--out", scratch / "evaluation")
    ceiling = labels.measure(CONFIG, releases, steps=8 if quick else None)
    return [*rows_of(scratch / "evaluation" / "evaluation.json"), *ceiling]


def released(scratch: Path, drawn: Drawn) -> Path:
    """Draws, builds; the folder of the release."""
    pictures, work = scratch / f"{drawn.split}-pictures", scratch / f"{drawn.split}-work"
    few = [word for modality in drawn.modalities for word in ("--modality", modality)]
    medregion("phantoms", pictures, "--count", drawn.count, "--seed", drawn.seed, "--part", drawn.split, *few)
    config = scratch / f"{drawn.split}.yaml"
    config.write_text(CORPUS.format(split=drawn.split, root=pictures))
    medregion("build", config, "--work", work)
    (release,) = [path for path in (work / "release").iterdir() if path.is_dir()]
    return release


def _set(settings: list[str]) -> list[str]:
    return [word for setting in settings for word in ("--set", setting)]


def medregion(*words: object) -> None:
    """Raises CalledProcessError where the command fails."""
    subprocess.run([sys.executable, "-m", "flows.cli", *map(str, words)], cwd=REPOSITORY, check=True)


def rows_of(evaluation: Path) -> Iterator[Row]:
    """Of an evaluation's JSON: zero-shot, recall at 1, choices by size; what had too few groups is left out."""
    told = json.loads(evaluation.read_text(encoding="utf-8"))
    for each in told["rows"]:
        if _chosen(each) and each["figure"]["value"] is not None:
            yield from _rows(each)


def _chosen(row: Mapping[str, Any]) -> bool:
    table, what = str(row["table"]), str(row["what"])
    if table in ("retrieval", "region retrieval"):
        return "R@1 " in what
    strata = {"region choice": STRATA, "name choice": STRATA, "own negatives": STRATA[:1]}
    return table == "zero-shot" or what.partition(",")[0] in strata.get(table, ())


def _rows(row: Mapping[str, Any]) -> Iterator[Row]:
    figure, unit = row["figure"], UNITS.get(row["table"], "recall")
    what = f"{row['table']}: {row['what']}; {row['method']}, {row['regime']} (n {figure['n']})"
    ends = [figure["value"], figure["low"], figure["high"]]
    yield Row(what, unit, ends, "higher", None, row["chance"], None if row["chance"] is None else "chance")
    if " less " in row["what"]:
        yield Row(f"{what}, low end", unit, [figure["low"]], "higher", 0.0)
