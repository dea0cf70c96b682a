import pytest

from pipeline.bootstrap import Figure, too_few
from pipeline.describe.audit.judge import ALL, Audit, Judged
from pipeline.describe.audit.page import TOO_FEW, markdown, marked, page, terminal, verdict
from tests.pipeline.describe.audit.builders import audited, fair, make_pair, make_pairs, own_word


@pytest.fixture(scope="module")
def leaking() -> Audit:
    return audited([*make_pairs(own_word), *make_pairs(fair, patients=15, slot="side")])


def test_what_exceeds_its_bound_is_marked() -> None:
    rows = [Judged(ALL, "value", figure) for figure in (Figure(0.5, 0.4, 0.6, 9, 99), Figure(0.5, 0.4, 0.5, 9, 99))]
    assert list(map(marked, [*rows, Judged(ALL, "value", too_few(3, 3))])) == [
        "0.500 [0.400, 0.600]*",
        "0.500 [0.400, 0.500]",
        TOO_FEW,
    ]


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        (too_few(9, 3), "too few patients to judge: 3, of at least 20"),
        (Figure(0.6, 0.5, 0.7, 900, 300), "texts alone tell which is true: 1 of 1 bounds of 0.55 are exceeded"),
        (Figure(0.5, 0.48, 0.52, 900, 300), "with 300 patients judged, of 2000 that a claim needs"),
        (Figure(0.5, 0.48, 0.52, 9000, 3000), "every bound of 0.55 is met, on 3000 patients judged"),
    ],
)
def test_a_verdict_claims_no_more_than_was_measured(leaking: Audit, figure: Figure, words: str) -> None:
    assert words in verdict(Audit({}, [Judged(ALL, "value", figure)], {}, leaking.balance))


def test_every_form_tells_verdict_figures_words_and_counts(leaking: Audit) -> None:
    figure = marked(leaking.of("region name")[1])
    forms = (markdown(leaking, "made-1"), page(leaking, "made-1"))
    for text in (*forms, "\n".join(terminal(leaking))):
        assert figure.rstrip("*") in text
        assert "2 of 12 regions have 10 negatives or more" in text
        assert TOO_FEW in text
    for text in forms:
        assert "most of all by" in text
        assert "seemed" in text
        assert "made-1" in text


def test_a_page_asks_for_nothing_and_escapes_what_texts_hold() -> None:
    leak = [make_pair("safe", "<script>", replaced="<b>", group_id=f"g{i}", slot="<i>") for i in range(60)]
    text = page(audited(leak), "<u>")
    assert not any(tag in text for tag in ("<script", "<b>", "<i>", "<u>", "://"))
    assert "region &lt;i&gt;" in text


def test_values_with_a_bar_stay_within_their_cell() -> None:
    text = markdown(audited([make_pair(original="a|b", group_id=f"g{i}") for i in range(60)]), "made")
    assert "| region name | a/b | mass | 60 | 0 |" in text
