import pytest

from pipeline.describe.reading.plain_words import is_made_of
from pipeline.describe.reading.read import read
from schemas.taxonomy.csv_table import listed, read_rows


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ()),
        ("The image demonstrates a pulmonary nodule.", ()),
        ("A pulmonary nodule, with tethering of the pleura.", ("tethering",)),
        ("A pulmonary nodule of region r1.", ("r1",)),
        ("There is no evidence of a pulmonary nodule.", ()),
        ("A pulmonary nodule is 12 mm wide.", ()),
        ("A wide pulmonary nodule.", ("wide",)),
        ("The only pulmonary nodule.", ("only",)),
        ("A pulmonary nodule, which takes up only a small part of the image.", ()),
        ("The melanoma is black, as is the cyst.", ("as", "cyst")),
        ("There are 3 pulmonary nodules.", ()),
        ("A pulmonary nodule, 3.", ()),
        ("The 3.", ("3",)),
        ("The left pulmonary nodule is unchanged since the prior film.", ()),
    ],
)
def test_words_that_may_claim_something_and_were_not_read(text: str, words: tuple[str, ...]) -> None:
    assert tuple(word for word, _ in read(text).unread) == words


@pytest.mark.parametrize(
    ("word", "name", "made"),
    [
        ("phalangeal", "phalange", True),
        ("hydronephrotic", "hydronephrosis", True),
        ("fractured", "fracture", True),
        ("carcinoid", "carcinoma", False),
        ("hyperdense", "hyperplasia", False),
        ("ring", "ring", False),
    ],
)
def test_adjectives_are_made_of_the_nouns_that_facts_tell(word: str, name: str, made: bool) -> None:
    assert is_made_of(word, {name}) is made


def test_no_plain_word_is_one_that_the_check_reads_as_a_disease() -> None:
    rows = read_rows("pipeline.describe.reading", "plain_words")
    words = " ".join(word for row in rows for word in listed(row["words"]))
    assert read(words).diseases == ()
