"""Whether a folder may serve as work directory: builds and `gc` remove files there, so it must hold nothing else."""

from collections.abc import Iterable
from pathlib import Path

from pipeline.sources import SourceSettings
from pipeline.work import Work
from schemas.errors import WrongRun

LOCK = ".lock"  # what the first build of a folder writes before all else


def check_place(work: Work, sources: Iterable[SourceSettings]) -> None:
    """Raises WrongRun where a local work directory is or holds a source's root, or holds files that no build wrote."""
    if not work.local:
        return
    folder = Path(work.root).resolve()
    for source in sources:
        root = Path(source.root).resolve()
        if root == folder or folder in root.parents:
            raise WrongRun(f"{work.root}: holds source {source.name!r}; give --work a folder of its own")
    if is_foreign(folder):
        raise WrongRun(f"{work.root}: holds files and is no work directory; give --work a new or empty folder")


def is_foreign(folder: Path) -> bool:
    """Whether it holds something that can be seen, but no sign of a build."""
    if not folder.is_dir() or (folder / LOCK).is_file() or (folder / "inventory" / "index.json").is_file():
        return False
    return any(not path.name.startswith(".") and path.name != "lost+found" for path in folder.iterdir())
