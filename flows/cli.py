"""The command `medregion`. Exit codes: 0 done, 1 fell short, 2 wrong use or input, 3 a bug, 130 interrupted."""

import shlex
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

import typer

from flows.terminal import say
from schemas.errors import BudgetSpent, FellShort, WrongRun

INTERRUPTED = 130

app = typer.Typer(
    name="medregion",
    help="Builds region-level medical image-text corpora from images and whatever text comes with them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: rich takes longer to import than everything else together
)

ConfigFile = Annotated[Path, typer.Argument(metavar="CONFIG", help="A corpus config, as examples/demo.yaml.")]
WorkFolder = Annotated[str, typer.Argument(metavar="WORK", help="A work directory.")]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Override a key, or a variable of `set:`."),
]


@app.command()
def build(
    config: ConfigFile,
    work: Annotated[str | None, typer.Option(help="Work directory; default: work/NAME.")] = None,
    settings: Settings = None,
    to: Annotated[str | None, typer.Option(metavar="STAGE", help="Stop after this stage.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Try N images a source.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print config, counts and space; write nothing.")] = False,
    executor: Annotated[str, typer.Option(help="local or dask.")] = "local",
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; default: the cores.")] = None,
    address: Annotated[str | None, typer.Option(help="A Dask scheduler; default: a private cluster.")] = None,
) -> None:
    """Build a corpus: from sources to a released, verified set of shards."""
    from flows.commands.build import BuildCommand, run

    run(BuildCommand(config, work, tuple(settings or ()), to, limit, dry_run, executor, workers, address))


@app.command()
def status(work: WorkFolder, as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """Where a build stands: parts, rows and rejections of each stage, and the ledgers."""
    from flows.commands.status import run

    run(work, as_json)


@app.command()
def show(
    work_or_release: Annotated[str, typer.Argument(metavar="WORK_OR_RELEASE")],
    image_id: Annotated[str, typer.Argument(metavar="ID", help="An image_id, or the beginning of one.")],
    png: Annotated[Path | None, typer.Option(help="Also draw it, with boxes and masks, into this file.")] = None,
) -> None:
    """One image with its boxes, masks and texts."""
    from flows.commands.show import run

    run(work_or_release, image_id, png)


@app.command()
def trace(
    work: WorkFolder,
    identity: Annotated[str, typer.Argument(metavar="ID", help="An image_id or item.")],
) -> None:
    """Where an image came from: the only command that tells a path."""
    from flows.commands.trace import run

    run(work, identity)


@app.command()
def gc(work: WorkFolder, dry_run: Annotated[bool, typer.Option("--dry-run")] = False) -> None:
    """Remove what no index names: parts of earlier settings, and what killed runs left."""
    from flows.commands.gc import run

    run(work, dry_run)


@app.command()
def verify(
    release: Annotated[str, typer.Argument(metavar="RELEASE")],
    full: Annotated[bool, typer.Option("--full", help="Decode every image and crop, not a sample.")] = False,
) -> None:
    """A release proves itself: checksums, counts, boxes, masks, crops, splits, pictures."""
    from flows.commands.verify import run

    run(release, full)


Share = Annotated[float, typer.Option(min=0.0, max=1.0)]


@app.command()
def phantoms(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A folder that does not exist yet.")],
    count: Annotated[int, typer.Option(min=1, help="Number of pictures.")] = 1200,
    seed: Annotated[int, typer.Option(help="The same seed gives the same pictures.")] = 0,
    size: Annotated[int, typer.Option(min=96, max=4096, metavar="PX", help="Longer side.")] = 256,
    dicom: Annotated[bool, typer.Option("--dicom", help="DICOM files with planted identifiers.")] = False,
    part: Annotated[str, typer.Option(help="train, or test with held-out looks and scanner.")] = "train",
    modality: Annotated[list[str] | None, typer.Option(help="Only this one; may be repeated.")] = None,
    confound: Share = 0.0,
    omit_boxes: Share = 0.0,
    omit_mentions: Share = 0.0,
    wrong_label: Share = 0.0,
    jitter_boxes: Share = 0.0,
    workers: Annotated[int | None, typer.Option(min=1, help="Default: one a core.")] = None,
) -> None:
    """Draw synthetic studies whose every box, mask, fact and sentence is known."""
    from flows.commands.phantoms import PhantomsCommand, run

    noise = (omit_boxes, omit_mentions, wrong_label, jitter_boxes)
    run(PhantomsCommand(out, count, seed, size, dicom, part, tuple(modality or ()), confound, noise, workers))


@app.command()
def train(
    config: Annotated[Path, typer.Argument(metavar="CONFIG", help="A training config, as examples/train-tiny.yaml.")],
    run: Annotated[str | None, typer.Option("--run", help="Folder of the run; default: runs/NAME.")] = None,
    settings: Settings = None,
) -> None:
    """Train a region-aware CLIP on a release; the same command goes on where it was stopped."""
    from flows.commands.train import TrainCommand
    from flows.commands.train import run as start

    start(TrainCommand(config, run, tuple(settings or ())))


@app.command()
def evaluate(
    config: Annotated[Path, typer.Argument(metavar="CONFIG", help="An evaluation config, as examples/evaluate.yaml.")],
    out: Annotated[str | None, typer.Option("--out", help="Folder of the tables; default: evaluations/NAME.")] = None,
    settings: Settings = None,
) -> None:
    """Zero-shot AUC, retrieval and region choice of a checkpoint, with intervals, floors and controls."""
    from flows.commands.evaluate import EvaluateCommand, run

    run(EvaluateCommand(config, out, tuple(settings or ())))


@app.command()
def embed(
    checkpoint: Annotated[Path, typer.Argument(metavar="CHECKPOINT", help="A checkpoint, or a run.")],
    images: Annotated[Path, typer.Argument(metavar="IMAGES", help="A folder of pictures, or a release.")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A Parquet file.")],
    boxes: Annotated[
        Path | None, typer.Option(help='JSON lines of {"image": PATH, "boxes": [[x1, y1, x2, y2]]}.')
    ] = None,
    device: Annotated[Literal["auto", "cpu", "cuda"], typer.Option(help="What computes.")] = "auto",
) -> None:
    """Vectors of pictures and, where boxes are given, of their regions."""
    from flows.commands.embed import run

    run(checkpoint, images, out, boxes, device)


captions = typer.Typer(
    help="The texts of a work directory or release.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(captions, name="captions")


@captions.command("audit")
def audit(
    release: Annotated[str, typer.Argument(metavar="RELEASE")],
    out: Annotated[str | None, typer.Option(help="Folder of the tables; default: audits/NAME-VERSION.")] = None,
    seed: Annotated[int, typer.Option(help="Which patients are judged, and which are fitted on.")] = 0,
    limit: Annotated[int | None, typer.Option(min=1, help="Of N patients, drawn by the seed.")] = None,
) -> None:
    """Whether texts alone tell which of them are true; exit 1 where they tell too much."""
    from flows.commands.captions_audit import AuditCommand, run

    run(AuditCommand(release, out, seed, limit))


@captions.command("show")
def show_texts(
    work: WorkFolder,
    identity: Annotated[str, typer.Argument(metavar="ID", help="A region_id or image_id, or the beginning of one.")],
    out: Annotated[str | None, typer.Option(help="The page; default: captions-ID.html.")] = None,
) -> None:
    """How texts came about: picture, evidence, what a model was asked and answered, what the check said."""
    from flows.commands.captions_show import run

    run(work, identity, out)


def main() -> None:
    sys.exit(guarded(call))


def call() -> None:
    """Typer catches an interrupt and returns its exit code, unless it may end the process itself."""
    if app(standalone_mode=False) == INTERRUPTED:
        raise KeyboardInterrupt


def guarded(command: Callable[[], object]) -> int:
    """Runs a command and turns its end into an exit code; one line on stderr for all but bugs."""
    try:
        command()
    except typer.TyperException as error:  # a wrong use of the command line
        if str(error):  # empty where the help was shown instead
            say(f"medregion: {_with_place(error)}; see `medregion --help`")
        return 2
    except (KeyboardInterrupt, typer.Abort):
        say(f"interrupted; what is committed stays. Go on with: {shlex.join(['medregion', *sys.argv[1:]])}")
        return INTERRUPTED
    except FellShort as error:
        say(f"fell short: {error}")
        return 1
    except BudgetSpent as error:
        again = shlex.join(["medregion", *sys.argv[1:], "--set", "describe.openai.budget=MORE"])
        say(f"medregion: {error}. Go on with: {again}")
        return 2
    except WrongRun as error:
        say(f"medregion: {error}")
        return 2
    except Exception:
        say(traceback.format_exc())
        say("this is a bug of medregion; please report it with the lines above")
        return 3
    return 0


def _with_place(error: typer.TyperException) -> str:
    """With the option that is wrong, where the error knows it."""
    told: str = getattr(error, "format_message", error.__str__)()
    return told.rstrip(".")


if __name__ == "__main__":
    main()
