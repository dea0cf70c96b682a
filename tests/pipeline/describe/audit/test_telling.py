from pipeline.describe.audit.blind import fit_blind
from pipeline.describe.audit.pairs import halves
from pipeline.describe.audit.telling import TOLD, Telling, most_telling
from tests.pipeline.describe.audit.builders import fair, far_apart, make_pair, make_pairs, own_word


def test_the_word_that_gives_a_slot_away_comes_first() -> None:
    pairs = [*make_pairs(own_word), *make_pairs(fair, slot="size")]
    fitted, judged = halves(pairs, "judge")
    told = most_telling(fit_blind(fitted, "ngrams", 0), TOLD["ngrams"], judged, 3)
    first = told["region name"][0]
    seemed = sum("seemed" in pair.false for pair in judged)
    assert (first.words, first.true, first.false) == ("seemed", 0, seemed)
    assert list(told) == ["region name", "region size"]
    assert max(each.margin for each in told["region size"]) < first.margin


def test_words_far_apart_are_told_with_what_they_go_with() -> None:
    fitted, judged = halves(make_pairs(far_apart), "judge")
    told = most_telling(fit_blind(fitted, "companions", 0), TOLD["companions"], judged, 4)["region name"]
    assert {each.words for each in told} <= {f"{a} … {b}" for a in ("wide", "thin") for b in ("brain", "nerve")}
    assert all(0 in (each.true, each.false) for each in told)


def test_words_that_overlap_or_go_together_are_told_once() -> None:
    pairs = [make_pair("a b c d e", "a b x d e", group_id=f"g{i}") for i in range(30)]
    told = most_telling(fit_blind(pairs, "ngrams", 0), TOLD["ngrams"], pairs, 8)["region name"]
    assert [(each.true, each.false) for each in told] == [(30, 0), (0, 30)]


def test_nothing_is_told_where_nothing_tells() -> None:
    pairs = [make_pair("Same.", "Same.", group_id=f"g{i}") for i in range(4)]
    told: dict[str, list[Telling]] = most_telling(fit_blind(pairs, "ngrams", 0), TOLD["ngrams"], pairs, 8)
    assert told == {"region name": []}
