import json
import stat
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotators.captioners.chat.journal import LONGEST_LINE, Journal, whole_lines
from schemas.errors import LockedError, StorageError
from tests.annotators.captioners.chat.recorded import disk_calls

LINES = [{"number": 1}, {"number": 2}]


def written(path: Path, *lines: dict[str, int]) -> bytes:
    journal = Journal(path)
    journal.append(*lines)
    journal.close()
    return path.read_bytes()


def read(path: Path) -> list[dict[str, int]]:
    journal = Journal(path)
    try:
        return list(journal.values())
    finally:
        journal.close()


def test_a_new_file_has_no_lines_and_is_for_its_owner_alone(tmp_path: Path) -> None:
    assert read(tmp_path / "l") == []
    assert stat.S_IMODE((tmp_path / "l").stat().st_mode) == 0o600


def test_lines_stay_and_more_come_behind(tmp_path: Path) -> None:
    written(tmp_path / "l", *LINES)
    written(tmp_path / "l", {"number": 3})
    assert read(tmp_path / "l") == [*LINES, {"number": 3}]


def test_a_torn_last_line_is_dropped_wherever_it_was_torn(tmp_path: Path) -> None:
    whole = written(tmp_path / "whole", *LINES)
    first = whole.index(b"\n") + 1
    for cut in range(len(whole)):
        (tmp_path / "l").write_bytes(whole[:cut])
        assert read(tmp_path / "l") == ([] if cut < first else LINES[:1])
        written(tmp_path / "l", {"number": 9})
        assert read(tmp_path / "l")[-1] == {"number": 9}


def test_zeros_that_a_crash_left_at_the_end_are_dropped(tmp_path: Path) -> None:
    whole = written(tmp_path / "l", *LINES)
    (tmp_path / "l").write_bytes(whole + b"\0" * 100)
    assert read(tmp_path / "l") == LINES


@pytest.mark.parametrize("damaged", [b"{", b"[]", b"\0\0", b"", b"7", b'{"number": 3}'])
def test_a_damaged_line_is_an_error_that_names_it(tmp_path: Path, damaged: bytes) -> None:
    whole = written(tmp_path / "l", *LINES)
    (tmp_path / "l").write_bytes(whole + damaged + b"\n" + whole)
    with pytest.raises(StorageError, match="l: line 3 is damaged; put the file back"):
        read(tmp_path / "l")


def test_any_bit_that_changed_is_damage(tmp_path: Path) -> None:
    whole = written(tmp_path / "l", *LINES)
    for place in range(len(whole) - 1):  # without the last end of line: what lacks it was torn
        for bit in range(8):
            (tmp_path / "l").write_bytes(whole[:place] + bytes([whole[place] ^ 1 << bit]) + whole[place + 1 :])
            with pytest.raises(StorageError, match=r"l: line [12] is damaged"):
                list(whole_lines(tmp_path / "l"))


def test_an_end_without_a_line_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "l").write_bytes(written(tmp_path / "l", *LINES) + b"\0" * LONGEST_LINE)
    with pytest.raises(StorageError, match="its end is damaged"):
        Journal(tmp_path / "l")


HOLD = """
import sys; from pathlib import Path; from annotators.captioners.chat.journal import Journal
journal = Journal(Path(sys.argv[1])); print('held', flush=True); input()
"""


def test_one_process_at_a_time_holds_it(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path / "l")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(LockedError, match="l: another process is asking"):
            Journal(tmp_path / "l")
        holder.kill()
        holder.communicate()
    assert read(tmp_path / "l") == []


def test_threads_may_append_and_sync_together(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "l")

    def work(number: int) -> None:
        journal.append({"number": number})
        journal.sync()

    threads = [Thread(target=work, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    journal.close()
    assert sorted(line["number"] for line in read(tmp_path / "l")) == list(range(40))


def test_a_sync_reaches_the_disk_where_there_is_anything_to_write(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "l")
    assert disk_calls(journal.sync) == []
    journal.append({"number": 1})
    assert disk_calls(journal.sync) == ["fsync"]
    assert disk_calls(journal.sync) == []
    journal.close()


FILL = """
import resource, signal, sys
from pathlib import Path
from annotators.captioners.chat.journal import Journal
from schemas.errors import StorageError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (360, 360))  # seven lines of 46 bytes, and most of one
journal = Journal(Path(sys.argv[1]))
try:
    for number in range(8):
        journal.append({"number": number})
except StorageError as error:
    print(error)
journal.append({})
"""


def test_a_line_that_did_not_fit_leaves_none_behind(tmp_path: Path) -> None:
    """A limit on the size of a file stands for the disk."""
    done = subprocess.run([sys.executable, "-c", FILL, str(tmp_path / "l")], capture_output=True, text=True, check=True)
    assert "the disk is full; free space" in done.stdout
    assert read(tmp_path / "l") == [*({"number": number} for number in range(7)), {}]


@given(st.dictionaries(st.text(), st.one_of(st.text(), st.integers(), st.none()), max_size=4))
def test_any_line_comes_back(tmp_path_factory: pytest.TempPathFactory, line: dict[str, int]) -> None:
    path = tmp_path_factory.mktemp("journal") / "l"
    written(path, line)
    assert read(path) == [json.loads(json.dumps(line))]
