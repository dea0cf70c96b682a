from typing import Any

import pytest

from pipeline.describe.balance.ways import Way, edits

Row = dict[str, Any]


def make_negative(original: str = "small", replaced: str = "large", **fields: Any) -> Row:
    told = {"text": "false", "positive": None, "kind": "edit", "slot": "size", "twin": None}
    return {**told, "original": original, "replaced": replaced, **fields}


def make_region(*negatives: Row, **told: str) -> Row:
    kinds = {"name": "identity", "image_side": "position", "vertical": "position", "share_of_image": "size"}
    facts = [{"kind": kinds.get(name, "appearance"), "attribute": name, "value": value} for name, value in told.items()]
    return {"region_id": "r", "caption": "true", "facts": facts, "negatives": list(negatives)}


def make_row(*regions: Row, negatives: tuple[Row, ...] = (), facts: tuple[Row, ...] = ()) -> Row:
    told = {"item": "a", "report": "true", "facts": list(facts)}
    return {**told, "negatives": list(negatives), "regions": list(regions)}


def ways(*regions: Row, modality: str = "ct", part: str = "chest") -> list[Way | None]:
    return [edit.way for edit in edits(make_row(*regions), ("0", modality, part))]


def way(negative: Row, **told: str) -> Way:
    (found,) = ways(make_region(negative, **told))
    assert found is not None
    return found


def test_a_picture_without_negatives_has_no_edits() -> None:
    assert ways() == ways(make_region()) == []


@pytest.mark.parametrize(
    ("there", "back"),
    [
        (make_negative("small", "large"), make_negative("large", "small")),
        (
            make_negative("4.0 x 9", "8.0 x 18", slot="measurement"),
            make_negative("8.1 x 3", "3.9 x 1", slot="measurement"),
        ),
        (make_negative("cyst", "nodule", slot="name"), make_negative("nodule", "cyst", slot="name")),
    ],
)
def test_the_reverse_lies_in_the_same_cell(there: Row, back: Row) -> None:
    one, other = way(there), way(back)
    assert one.cell == other.cell
    assert one.forth is not other.forth


def test_what_stands_beside_parts_the_cells() -> None:
    size, place = make_negative(), make_negative("upper", "lower", slot="vertical")
    assert way(size, name="cyst") != way(size, name="nodule")
    assert way(size, name="cyst", margin="spiculated") == way(size, name="cyst")
    assert way(place, image_side="centre") != way(place, image_side="image-left")
    name = make_negative("cyst", "nodule", slot="name")
    assert way(name, name="cyst", share_of_image="small") != way(name, name="cyst", share_of_image="large")
    assert way(name, name="cyst", margin="spiculated") != way(name, name="cyst", margin="lobulated")


def test_a_statement_has_nothing_beside_it_but_its_picture() -> None:
    alone = make_negative(kind="statement")
    assert way(alone, name="cyst") == way(alone, name="nodule")
    assert ways(make_region(alone)) != ways(make_region(alone), modality="mri")


def test_twins_are_one_edit_whose_reverse_are_two_alike_regions_the_other_way_round() -> None:
    def exchange(cyst: str, nodule: str) -> list[Way | None]:
        one = make_negative(cyst, nodule, kind="binding", twin="t")
        other = make_negative(nodule, cyst, kind="binding", twin="t")
        return ways(make_region(one, name="cyst"), make_region(other, name="nodule"))

    (there,), (back,) = exchange("small", "large"), exchange("large", "small")
    assert there is not None
    assert back is not None
    assert (there.cell, there.forth) == (back.cell, not back.forth)


@pytest.mark.parametrize("kind", ["other_region", "statement"])
def test_what_is_fair_by_itself_has_no_way(kind: str) -> None:
    one, other = make_negative(kind=kind, twin="t"), make_negative("large", "small", kind=kind, twin="t")
    assert ways(make_region(one, name="cyst"), make_region(other, name="nodule")) == [None]


def cell_of_report(negative: Row, *told: tuple[str, str]) -> int:
    """Of a report that tells these kinds of facts of cysts."""
    facts = tuple({"kind": kind, "attribute": "cyst", "value": value} for kind, value in told)
    (edit,) = edits(make_row(negatives=(negative,), facts=facts), ("0", "ct", "chest"))
    assert edit.way is not None
    return edit.way.cell


def test_of_a_count_in_a_report_it_matters_where_things_lie_and_how_much_longer_it_makes_the_text() -> None:
    count = make_negative("1 cyst", "2 cyst", slot="count")
    apart, together = ("distribution", "apart"), ("distribution", "middle centre")
    assert cell_of_report(count, apart) != cell_of_report(count, together)
    assert cell_of_report(count, together) == cell_of_report(count, together, ("count", "1"))
    assert cell_of_report({**count, "text": "false, and longer"}, apart) != cell_of_report(count, apart)


def test_a_statement_in_a_report_tells_of_a_side_how_many_lie_there_and_of_a_count_nothing_else() -> None:
    count = make_negative("1 cyst", "2 cyst", slot="count", kind="statement")
    side = make_negative("left cyst", "right cyst", slot="side", kind="statement")
    apart, together = ("distribution", "apart"), ("distribution", "middle centre")
    one, two = ("count", "1"), ("count", "2")
    assert cell_of_report(count, one, apart) == cell_of_report(count, two, together)
    assert cell_of_report(side, one, apart) == cell_of_report(side, one, together)
    assert cell_of_report(side, one) != cell_of_report(side, two)
