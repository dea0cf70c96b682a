"""`medregion phantoms`: draws patients in processes; the folder appears when it is whole."""

import os
import shutil
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from flows.local_executor import worker_pool
from flows.terminal import say, tell
from pipeline.phantoms.folder import Task, Written, write_patient, write_tables
from pipeline.phantoms.generate import modality
from pipeline.phantoms.plan import patients
from pipeline.phantoms.settings import Noise, PhantomSettings
from schemas.errors import ConfigError, StorageError
from schemas.taxonomy.modalities import modalities

IN_FLIGHT_A_WORKER = 16  # patients, so that memory does not grow with their number
SAY_EVERY = 10_000  # pictures


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
    if command.out.exists():
        raise ConfigError("OUT", f"{command.out} is there already; name another folder, or remove it")
    unfinished = command.out.with_name(f"{command.out.name}.unfinished")
    try:
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        done = 0
        for pictures in write_tables(unfinished, settings, _drawn(command, settings, unfinished)):
            done += pictures
            if done // SAY_EVERY > (done - pictures) // SAY_EVERY:
                say(f"{done}/{command.count} phantoms")
        unfinished.rename(command.out)
    except OSError as error:
        raise StorageError(f"{command.out}: {error.strerror}; free space, or name another folder") from error
    tell(f"{done} phantoms in {command.out}; a corpus reads them as a source of kind `phantoms`")


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
