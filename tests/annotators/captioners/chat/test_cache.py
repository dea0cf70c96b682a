import json
import os
import stat
import time
from pathlib import Path
from threading import Thread

import pytest

from annotators.captioners.chat.answer import Answer, Usage
from annotators.captioners.chat.cache import LEFT_BEHIND_S, UNFINISHED, AnswerCache
from schemas.errors import StorageError
from tests.annotators.captioners.chat.recorded import disk_calls

KEY = "ab" + "0" * 62
ANSWER = Answer("a nodule", "stop", Usage(10, 5), "served-model")


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_was_not_stored_is_not_there(tmp_path: Path) -> None:
    assert AnswerCache(tmp_path / "a").get(KEY) is None


@pytest.mark.parametrize("answer", [ANSWER, Answer("", "length", None, ""), Answer("Ödem 🩻\0", "stop", None, "m")])
def test_what_was_stored_is_there_for_the_next_process_too(tmp_path: Path, answer: Answer) -> None:
    AnswerCache(tmp_path).put(KEY, answer)
    assert AnswerCache(tmp_path).get(KEY) == answer


def test_a_file_is_for_its_owner_alone_and_holds_the_answer_alone(tmp_path: Path) -> None:
    AnswerCache(tmp_path / "answers").put(KEY, ANSWER)
    file = file_of(tmp_path / "answers")
    assert mode_of(file) == 0o600
    assert {mode_of(folder) for folder in (tmp_path / "answers").rglob("*") if folder.is_dir()} == {0o700}
    assert mode_of(tmp_path / "answers") == 0o700
    value = json.loads(file.read_bytes())
    assert value.pop("checksum")
    assert value == {
        **{"content": "a nodule", "finish_reason": "stop", "model": "served-model"},
        "usage": {"prompt_tokens": 10, "completion_tokens": 5},
    }


def test_a_folder_that_was_open_to_others_is_closed(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    AnswerCache(tmp_path)
    assert mode_of(tmp_path) == 0o700


def file_of(folder: Path) -> Path:
    return folder / "a" / "b" / f"{KEY}.json"


def flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def test_any_damage_is_an_error_that_names_the_answer_and_what_to_do(tmp_path: Path) -> None:
    cache = AnswerCache(tmp_path)
    cache.put(KEY, ANSWER)
    whole = file_of(tmp_path).read_bytes()
    cut = [whole[:place] for place in range(len(whole))]
    bits = [flipped(whole, place) for place in range(len(whole))]
    told = f"{KEY} is damaged; put a/b/{KEY}.json back from a copy, or remove it"
    for damaged in [*cut, *bits, b"null", b"[]", b"{}", b"\0" * len(whole)]:
        file_of(tmp_path).write_bytes(damaged)
        with pytest.raises(StorageError, match=told):
            cache.get(KEY)
    file_of(tmp_path).write_bytes(whole)
    assert cache.get(KEY) == ANSWER


def test_an_answer_under_the_key_of_another_is_damage(tmp_path: Path) -> None:
    cache = AnswerCache(tmp_path)
    cache.put(KEY, ANSWER)
    other = "ab" + "1" * 62
    file_of(tmp_path).rename(tmp_path / "a" / "b" / f"{other}.json")
    with pytest.raises(StorageError, match=f"{other} is damaged"):
        cache.get(other)


def test_a_file_is_durable_before_it_gets_its_name_and_its_name_before_it_is_told(tmp_path: Path) -> None:
    cache = AnswerCache(tmp_path)
    made = ["fsync", "mkdir", "fsync", "mkdir", "fsync", "replace", "fsync"]
    assert disk_calls(lambda: cache.put(KEY, ANSWER)) == made
    assert disk_calls(lambda: cache.put("ab" + "1" * 62, ANSWER)) == ["fsync", "replace", "fsync"]


def test_many_threads_may_store(tmp_path: Path) -> None:
    cache = AnswerCache(tmp_path)
    keys = [f"{number:064x}" for number in range(40)] * 2
    threads = [Thread(target=cache.put, args=(key, Answer(key, "stop", None, "m"))) for key in keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.content for key in keys if (answer := cache.get(key))] == keys
    assert list((tmp_path / UNFINISHED).iterdir()) == []


def test_what_a_killed_writer_left_goes_when_no_writer_can_be_at_it(tmp_path: Path) -> None:
    AnswerCache(tmp_path)
    old, young = tmp_path / UNFINISHED / "old", tmp_path / UNFINISHED / "young"
    old.write_bytes(b"half")
    young.write_bytes(b"half")
    os.utime(old, (time.time() - LEFT_BEHIND_S - 10,) * 2)
    AnswerCache(tmp_path)
    assert (old.exists(), young.exists()) == (False, True)


def test_what_cannot_be_stored_leaves_nothing_behind(tmp_path: Path) -> None:
    cache = AnswerCache(tmp_path)
    (tmp_path / "a").write_bytes(b"in the way")
    with pytest.raises(StorageError, match="free space or change permissions"):
        cache.put(KEY, ANSWER)
    assert list((tmp_path / UNFINISHED).iterdir()) == []


def test_a_folder_that_cannot_be_made_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError, match="free space or change permissions"):
        AnswerCache(tmp_path / "file" / "answers")
