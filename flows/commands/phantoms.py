"""`medregion phantoms`: draws patients in processes; the folder appears when it is whole."""

import os
import shutil
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flows.local_executor import worker_pool
from flows.terminal import say, tell
from pipeline.phantoms.folder import Task, Written, write_patient, write_tables
from pipeline.phantoms.generate import modality
from pipeline.phantoms.plan import patients
from pipeline.phantoms.settings import Noise, PhantomSettings
from schemas.errors import ConfigError, StorageError, WrongRun
from schemas.taxonomy.modalities import modalities

IN_FLIGHT_A_WORKER = 16  # patients, so that memory does not grow with their number
SAY_EVERY = 10_000  # pictures
UNFINISHED = ".unfinished"


@dataclass(frozen=True)
class PhantomsCommand:
    """The command line of `medregion phantoms`; `noise` are the four shares of `Noise`."""

    out: Path
    count: int
    seed: int
    size: int
    dicom: bool
    part: str
    modalities: tuple[str, ...]
    confound: float
    noise: tuple[float, float, float, float]
    workers: int | None


def run(command: PhantomsCommand) -> None:
    settings = settings_of(command)
    if os.path.lexists(command.out):
        raise ConfigError("OUT", f"{command.out} is there already; name another folder, or remove it")
    try:
        with _appearing(command.out) as folder:
            done = 0
            for pictures in write_tables(folder, settings, _drawn(command, settings, folder)):
                done += pictures
                if done // SAY_EVERY > (done - pictures) // SAY_EVERY:
                    say(f"{done}/{command.count} phantoms")
    except (FileExistsError, NotADirectoryError):
        raise ConfigError("OUT", f"{command.out.parent} is no folder; name another place") from None
    except OSError as error:
        raise StorageError(f"{command.out}: {error.strerror}; free space, or name another folder") from error
    except BrokenProcessPool:
        raise WrongRun("a drawing process was killed, perhaps for want of memory; try fewer --workers") from None
    except KeyboardInterrupt:
        say(f"{command.out} was not whole yet and is not kept")
        raise
    tell(f"{done} phantoms in {command.out}; a corpus reads them as a source of kind `phantoms`")


@contextmanager
def _appearing(out: Path) -> Iterator[Path]:
    """A folder that gets its name when the block ends well, and is gone when it does not."""
    out.parent.mkdir(parents=True, exist_ok=True)
    for left in sorted(out.parent.glob(f".{out.name}.*{UNFINISHED}")):
        say(f"{left} may be left from a run that was killed; if none is running, remove it")
    folder = out.with_name(f".{out.name}.{os.getpid()}{UNFINISHED}")
    folder.mkdir()
    try:
        yield folder
        folder.rename(out)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def settings_of(command: PhantomsCommand) -> PhantomSettings:
    """Raises ConfigError for a modality or part that there is not."""
    known = tuple(each.id for each in modalities())
    if unknown := sorted(set(command.modalities) - set(known)):
        raise ConfigError("--modality", f"no modality {unknown[0]!r}; one of: {', '.join(known)}")
    if command.part not in ("train", "test"):
        raise ConfigError("--part", f"{command.part!r} is neither train nor test")
    return PhantomSettings(
        count=command.count,
        seed=command.seed,
        size_px=command.size,
        part="test" if command.part == "test" else "train",
        confound=command.confound,
        modalities=command.modalities or known,
        supervision=Noise(*command.noise),
    )


def _drawn(command: PhantomsCommand, settings: PhantomSettings, folder: Path) -> Iterator[Written]:
    """In the order of patients, whichever process is first."""
    workers = command.workers or os.cpu_count() or 1
    planned = patients(settings, {name: modality(name) for name in settings.modalities})
    tasks = (
        Task(settings, each.index, each.modality.id, each.pictures, str(folder), command.dicom) for each in planned
    )
    running: deque[Future[Written]] = deque()
    with worker_pool(workers) as pool:
        for task in tasks:
            running.append(pool.submit(write_patient, task))
            if len(running) >= workers * IN_FLIGHT_A_WORKER:
                yield running.popleft().result()
        while running:
            yield running.popleft().result()
