from collections import Counter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pipeline.describe.spread import spread

Row = dict[str, Any]


def negative(text: str, kind: str = "edit", slot: str = "size", twin: str | None = None) -> Row:
    return {"text": text, "kind": kind, "slot": slot, "twin": twin}


@st.composite
def pictures(draw: st.DrawFn) -> list[list[Row]]:
    """Texts with negatives of their own and with twins."""
    texts: list[list[Row]] = [[] for _ in range(draw(st.integers(0, 4)))]
    for i, text in enumerate(texts):
        for j in range(draw(st.integers(0, 6))):
            kind, slot = draw(st.sampled_from(["edit", "added"])), draw(st.sampled_from("abc"))
            text.append(negative(f"{i} {j}", kind, slot))
    for k in range(draw(st.integers(0, 6)) if len(texts) > 1 else 0):
        a, b = draw(st.permutations(range(len(texts))))[:2]
        for i in (a, b):
            texts[i].append(negative(f"twin {k} {i}", "binding", twin=f"t{k}"))
    return texts


def test_no_texts_have_none() -> None:
    assert spread([], 10) == []
    assert spread([[], []], 10) == [[], []]


@given(pictures(), st.integers(0, 8))
def test_twins_stay_together_and_no_text_has_more_than_it_may(texts: list[list[Row]], at_most: int) -> None:
    kept = spread(texts, at_most)
    assert all(len(few) <= at_most for few in kept)
    assert all([each for each in text if each in few] == few for text, few in zip(texts, kept, strict=True))
    twins = Counter(each["twin"] for few in kept for each in few if each["twin"])
    assert set(twins.values()) <= {2}
    if all(len(text) <= at_most for text in texts):
        assert kept == texts


def test_kinds_and_slots_take_turns() -> None:
    many = [negative(f"{slot} {i}", kind, slot) for kind in ("edit", "added") for slot in "abc" for i in range(9)]
    (few,) = spread([many], 6)
    assert Counter((each["kind"], each["slot"]) for each in few) == {
        (kind, slot): 1 for kind in ("edit", "added") for slot in "abc"
    }


def test_what_has_lost_its_twin_is_left_out() -> None:
    assert spread([[negative("a", twin="t"), negative("b")]], 5) == [[negative("b")]]
