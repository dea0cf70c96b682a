"""Whether what is told falsely goes both ways: swaps of values as often forth as back, negation on both sides alike."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from benchmarks.rows import Row
from pipeline.describe.audit.balance import LOPSIDED, Edit, has_negation
from pipeline.describe.audit.pairs import Pair
from pipeline.intervals import clopper_pearson

SEEN = 400  # swaps between two values: of fewer, chance alone goes beyond LOPSIDED in a third


def swap_rows(pairs: Sequence[Pair]) -> Iterator[Row]:
    """Of each slot the most lopsided swap of those that are seen often, with the ends of its interval: what does not
    hold 0 is not chance.
    """
    counts: defaultdict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for pair in pairs:
        if pair.original != pair.replaced:
            counts[pair.place][pair.original, pair.replaced] += 1
    for place, edits in sorted(counts.items()):
        both = [Edit(a, b, edits[a, b], edits[b, a]) for a, b in sorted({(min(e), max(e)) for e in edits})]
        often = [edit for edit in both if edit.there + edit.back >= SEEN]
        if not often:
            continue
        worst = max(often, key=lambda edit: edit.lopsided)
        told = f"{worst.original} and {worst.replaced}, {worst.there} and {worst.back}"
        what = f"swaps of {place}, most one-sided of {len(often)} ({told})"
        yield Row(what, "asymmetry", list(_asymmetry(worst)), "lower", LOPSIDED)


def _asymmetry(edit: Edit) -> tuple[float, float, float]:
    """Lower end, value, upper end."""
    low, high = clopper_pearson(max(edit.there, edit.back), edit.there + edit.back)
    return max(0.0, 2 * low - 1), edit.lopsided, 2 * high - 1


def negation_rows(pairs: Sequence[Pair]) -> Iterator[Row]:
    """Of each kind, by how much oftener one side holds a negation than the other."""
    kinds: defaultdict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for pair in pairs:
        kinds[pair.kind].append((has_negation(pair.true), has_negation(pair.false)))
    for kind, told in sorted(kinds.items()):
        true, false = (sum(side) / len(told) for side in zip(*told, strict=True))
        what = f"negation, {kind}: in {true:.1%} of true texts and {false:.1%} of false ones (n {len(told):,})"
        yield Row(what, "difference", [abs(true - false)], "lower", LOPSIDED)
