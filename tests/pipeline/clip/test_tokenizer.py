import random
from pathlib import Path

import pytest

from pipeline.clip.tokenizer import SPECIAL, loaded_tokenizer, made_tokenizer, vocabulary
from tests.pipeline.clip.builders import SENTENCES


def test_an_empty_corpus_has_special_pieces_alone() -> None:
    assert vocabulary([], 100) == list(SPECIAL)


def test_the_order_of_texts_does_not_matter() -> None:
    shuffled = list(SENTENCES)
    random.Random(3).shuffle(shuffled)
    assert vocabulary(shuffled, 60) == vocabulary(SENTENCES, 60)


def test_frequent_words_come_first_and_no_more_than_asked() -> None:
    pieces = vocabulary(["nodule nodule lung", "lung nodule cyst"], 60)
    assert [piece for piece in pieces if len(piece) > 3 and piece not in SPECIAL] == ["nodule", "lung", "cyst"]
    assert len(vocabulary(SENTENCES, 70)) <= 70


def test_a_word_that_is_not_listed_is_spelt() -> None:
    tokenizer = made_tokenizer(["nodule", "cyst"], 100, 32)
    assert tokenizer.inner.tokenize("nodules") == ["nodule", "##s"]
    assert tokenizer.inner.tokenize("nod") == ["n", "##o", "##d"]
    assert "[UNK]" not in tokenizer.inner.tokenize("cysts")


def test_texts_are_padded_to_the_longest_and_cut_at_the_limit() -> None:
    tokens = made_tokenizer(SENTENCES, 200, 6)(["Two cysts.", SENTENCES[0]])
    assert tokens.ids.shape == tokens.mask.shape == (2, 6)
    assert tokens.mask.sum(dim=1).tolist() == [5, 6]


@pytest.mark.parametrize("text", SENTENCES)
def test_a_saved_tokenizer_reads_alike(tmp_path: Path, text: str) -> None:
    tokenizer = made_tokenizer(SENTENCES, 200, 24)
    tokenizer.save(tmp_path)
    again = loaded_tokenizer(tmp_path, 24)
    assert again([text]).ids.tolist() == tokenizer([text]).ids.tolist()
    assert again.size == tokenizer.size
