import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.locks import locked
from schemas.errors import LockedError, StorageError

HOLD = """
import sys; from pathlib import Path; from pipeline.locks import locked
with locked(Path(sys.argv[1])): print('held', flush=True); input()
"""


def hold(folder: Path) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_driver_is_refused_and_told_who_holds_the_lock(tmp_path: Path) -> None:
    with hold(tmp_path) as holder:
        with pytest.raises(LockedError, match=f"process {holder.pid} is at work"), locked(tmp_path):
            pass
        holder.communicate("\n")
    with locked(tmp_path):
        pass


def test_the_lock_falls_when_its_holder_is_killed(tmp_path: Path) -> None:
    with hold(tmp_path) as holder:
        holder.kill()
        holder.communicate()
    with locked(tmp_path):
        pass


def test_a_place_that_cannot_be_written_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError, match="choose another"), locked(tmp_path / "file" / "work"):
        pass
