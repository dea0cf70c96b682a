import stat
from collections.abc import Sequence
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotators.captioners.chat.answer import Answer, Usage
from annotators.captioners.chat.cache import AnswerCache, StoredAnswers
from annotators.captioners.chat.journal import value_of
from schemas.errors import LockedError, StorageError
from tests.annotators.captioners.chat.recorded import disk_calls

KEY, OTHER = "ab" + "0" * 62, "ab" + "1" * 62
ANSWER = Answer("a nodule", "stop", Usage(10, 5), "served-model")

TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
COUNTS = st.integers(0, 10**12)
WHATEVER = st.builds(Answer, TEXTS, TEXTS, st.one_of(st.none(), st.builds(Usage, COUNTS, COUNTS)), TEXTS)
KEYS = st.binary(min_size=32, max_size=32).map(bytes.hex)


def store(path: Path, *answers: tuple[str, Answer]) -> None:
    with AnswerCache(path) as cache:
        cache.put(answers)


def test_what_was_not_stored_is_not_there_and_asking_for_it_makes_no_file(tmp_path: Path) -> None:
    assert StoredAnswers(tmp_path / "a").get(KEY) is None
    assert list(tmp_path.iterdir()) == []


@settings(deadline=None, max_examples=30)  # a flush of the disk takes as long as it takes
@given(st.lists(st.tuples(KEYS, WHATEVER), max_size=5))
def test_what_was_stored_is_there_at_once_and_for_the_next_process(
    tmp_path_factory: pytest.TempPathFactory, answers: Sequence[tuple[str, Answer]]
) -> None:
    path = tmp_path_factory.mktemp("answers") / "a"
    with AnswerCache(path) as cache:
        cache.put(answers)
        assert {key: cache.get(key) for key, _ in answers} == dict(answers)
    with AnswerCache(path) as cache:
        assert {key: cache.get(key) for key, _ in answers} == dict(answers)


def test_the_file_is_for_its_owner_alone_and_holds_the_answer_alone(tmp_path: Path) -> None:
    (tmp_path / "a").touch(mode=0o644)
    store(tmp_path / "a", (KEY, ANSWER))
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o600
    assert value_of((tmp_path / "a").read_bytes()) == {
        **{"key": KEY, "content": "a nodule", "finish_reason": "stop", "model": "served-model"},
        "usage": {"prompt_tokens": 10, "completion_tokens": 5},
    }


def test_whoever_looks_while_another_stores_finds_what_is_whole(tmp_path: Path) -> None:
    with AnswerCache(tmp_path / "a") as cache:
        cache.put([(KEY, ANSWER)])
        assert StoredAnswers(tmp_path / "a").get(KEY) == ANSWER
        whole = (tmp_path / "a").read_bytes()
        cache.put([(OTHER, ANSWER)])
        both = (tmp_path / "a").read_bytes()
    for cut in range(len(whole), len(both)):
        (tmp_path / "b").write_bytes(both[:cut])
        assert StoredAnswers(tmp_path / "b").get(KEY) == ANSWER
        assert StoredAnswers(tmp_path / "b").get(OTHER) is None
    assert StoredAnswers(tmp_path / "a").get(OTHER) == ANSWER


def test_one_process_at_a_time_stores(tmp_path: Path) -> None:
    with AnswerCache(tmp_path / "a"), pytest.raises(LockedError):
        AnswerCache(tmp_path / "a")
    store(tmp_path / "a", (KEY, ANSWER))


def test_a_damaged_answer_is_told_before_anything_is_asked_and_leaves_the_file_free(tmp_path: Path) -> None:
    store(tmp_path / "a", (KEY, ANSWER), (OTHER, ANSWER))
    whole = (tmp_path / "a").read_bytes()
    (tmp_path / "a").write_bytes(whole.replace(b"nodule", b"module", 1))
    told = "a: line 1 is damaged; put the file back from a copy, or take the line out"
    for reader in (StoredAnswers, AnswerCache):
        with pytest.raises(StorageError, match=told):
            reader(tmp_path / "a")
    (tmp_path / "a").write_bytes(whole.split(b"\n", 1)[1])
    with AnswerCache(tmp_path / "a") as cache:
        assert (cache.get(KEY), cache.get(OTHER)) == (None, ANSWER)


def test_what_is_damaged_while_somebody_reads_is_told_and_what_lies_elsewhere_now_too(tmp_path: Path) -> None:
    with AnswerCache(tmp_path / "a") as cache:
        cache.put([(KEY, ANSWER), (OTHER, ANSWER)])
        whole = (tmp_path / "a").read_bytes()
        first, second = whole.splitlines(keepends=True)
        for changed in (b"", whole[:-1], whole.replace(b"nodule", b"module"), second + first):
            (tmp_path / "a").write_bytes(changed)
            with pytest.raises(StorageError, match=f"the stored answer {OTHER} is damaged; put a back from a copy"):
                cache.get(OTHER)


def test_a_group_of_answers_takes_one_write_and_one_flush(tmp_path: Path) -> None:
    with AnswerCache(tmp_path / "a") as cache:
        assert disk_calls(lambda: cache.put([(KEY, ANSWER), (OTHER, ANSWER)])) == ["write", "fsync"]


def test_many_threads_may_store(tmp_path: Path) -> None:
    keys = [f"{number:064x}" for number in range(40)] * 2
    with AnswerCache(tmp_path / "a") as cache:
        threads = [Thread(target=cache.put, args=([(key, Answer(key, "stop", None, "m"))],)) for key in keys]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [answer.content for key in keys if (answer := cache.get(key))] == keys
    answers = StoredAnswers(tmp_path / "a")
    assert [answer.content for key in keys if (answer := answers.get(key))] == keys


def test_a_file_that_cannot_be_made_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError, match="free space or change permissions"):
        AnswerCache(tmp_path / "file" / "answers")
