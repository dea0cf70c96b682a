"""`medregion gc`: removes parts that no index names, and what killed runs left."""

from pathlib import Path

from flows.terminal import tell
from flows.work_folder import is_foreign
from pipeline.commit import remove_temporaries
from pipeline.locks import locked
from pipeline.work import TABLES, Work
from schemas.errors import WrongRun


def run(url: str, dry_run: bool) -> None:
    work = Work(url)
    if not work.local:
        raise WrongRun("gc works on local work directories; elsewhere use the object store's own lifecycle rules")
    folder = Path(work.root)
    if not folder.is_dir():
        raise WrongRun(f"{folder}: no such work directory")
    if is_foreign(folder):
        raise WrongRun(f"{folder}: no work directory; gc removes files, and touches no others")
    with locked(folder):
        unnamed = [path for stage in TABLES for path in unnamed_parts(work, stage)]
        size = sum(path.stat().st_size for path in unnamed)
        if not dry_run:
            for path in unnamed:
                path.unlink()
            remove_temporaries(folder)
    tell(f"{'would remove' if dry_run else 'removed'} {len(unnamed)} parts, {size / 1e6:.1f} MB")


def unnamed_parts(work: Work, stage: str) -> list[Path]:
    """Committed files of a stage that its index does not name; none while the stage never finished."""
    index = work.index(stage)
    if index is None:
        return []
    named = {f"{part.key}.parquet" for part in index.parts}
    return sorted(path for path in Path(work.path(stage)).glob("*.parquet") if path.name not in named)
