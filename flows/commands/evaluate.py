"""`medregion evaluate`: the tables of a checkpoint, as JSON, Markdown and a page."""

import json
from dataclasses import dataclass
from pathlib import Path

from flows.config.evaluation import read_evaluation
from flows.out_folder import make_folder, write_texts
from flows.terminal import say, tell
from pipeline.clip.checkpoint import latest
from pipeline.clip.evaluate.evaluate import SEEN_IN_TRAINING, as_json, evaluate
from pipeline.clip.evaluate.page import markdown, page, tables
from pipeline.clip.evaluate.page import shown as figure_shown
from pipeline.clip.rows import ReleaseRows

HEADLINES = ("zero-shot", "region choice", "name choice")  # tables that are told at the end
STRATA_TOLD = ("all", "tiny and small", "small and medium")


@dataclass(frozen=True)
class EvaluateCommand:
    """The command line of `medregion evaluate`."""

    config: Path
    out: str | None
    settings: tuple[str, ...]


def run(command: EvaluateCommand) -> None:
    config = read_evaluation(command.config, command.settings)
    checkpoint = latest(Path(config.checkpoint))
    folder = Path(command.out or f"evaluations/{config.name}")
    make_folder(folder)
    found = evaluate(checkpoint, config.release, config.split, config.evaluate, say)
    if shared := found.about[SEEN_IN_TRAINING]:
        say(f"{shared} of {found.about['groups']} groups were trained on: this does not tell how it does on others")
    rows = ReleaseRows(config.release, config.split)
    files = {
        "evaluation.json": json.dumps(as_json(found), indent=1) + "\n",
        "evaluation.md": markdown(found, config.name),
        "evaluation.html": page(found, config.name, rows, config.evaluate.examples),
    }
    write_texts(folder, files)
    by_table = tables(found.rows)
    for table in HEADLINES:
        for row in by_table.get(table, ()):
            if table == "zero-shot" or row.what in STRATA_TOLD:
                tell(f"{table:<14} {row.what:<52} {row.method:<16} {row.regime:<7} {figure_shown(row.figure)}")
    for name in files:
        tell(f"{name.rpartition('.')[2]:<9} {folder / name}")
