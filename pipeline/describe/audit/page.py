"""An audit as lines for a terminal, as Markdown and as a page."""

from collections.abc import Iterable, Iterator, Sequence

from pipeline.bootstrap import LEAST_GROUPS, Figure
from pipeline.describe.audit.balance import ENOUGH, LOPSIDED
from pipeline.describe.audit.blind import KINDS
from pipeline.describe.audit.chart import bars
from pipeline.describe.audit.judge import ALL, BOUND, CLAIMED_FROM, HELD_FROM, Audit, Judged
from pipeline.pages import template

TOO_FEW = "n/a: too few"
COLOURS = dict(zip(KINDS, ("s0", "s1", "s4", "s2", "s3"), strict=True))
INTRO = (
    "Each classifier reads a true text and one false version of it, sees no picture, and says which is true. Figures "
    "are the share that it gets right, ties by half, on patients that it was not fitted on, with 95 % intervals by "
    "bootstrap over them: 0.5 is chance. What is above can be learnt without looking at a picture."
)
HELD = (
    f"The upper end may be {BOUND} at most, of all pairs and of each slot with {HELD_FROM} judged patients or more; "
    f"* marks where it is not. Fewer than {LEAST_GROUPS} patients give no figure."
)


def shown(figure: Figure) -> str:
    """`0.512 [0.497, 0.526]`."""
    if figure.value is None:
        return TOO_FEW
    return f"{figure.value:.3f} [{figure.low:.3f}, {figure.high:.3f}]"


def marked(row: Judged) -> str:
    return shown(row.figure) + "*" * row.exceeded


def bound(rows: Sequence[Judged]) -> str:
    """What the place is held to."""
    return f"<= {BOUND}" if rows[0].held else "not held"


def verdict(found: Audit) -> str:
    """One sentence, for the head of every form."""
    if found.exceeded:
        worst = max(found.exceeded, key=lambda row: row.figure.high or 0.0)
        return (
            f"texts alone tell which is true: {len(found.exceeded)} of {sum(row.held for row in found.rows)} bounds "
            f"of {BOUND} are exceeded, most of all by {worst.kind} in {worst.place}, {shown(worst.figure)}"
        )
    (most, *_) = sorted(found.of(ALL), key=lambda row: -(row.figure.high or 0.0))
    if most.figure.value is None:
        return f"too few patients to judge: {most.figure.groups}, of at least {LEAST_GROUPS}"
    if most.figure.groups < CLAIMED_FROM:
        return (
            f"every bound of {BOUND} is met; with {most.figure.groups} patients judged, of {CLAIMED_FROM} that a claim "
            "needs, this does not say that true and false texts cannot be told apart"
        )
    return f"every bound of {BOUND} is met, on {most.figure.groups} patients judged: the texts alone tell at most that"


def enough(found: Audit, of: str) -> str:
    some, all_of_them = found.balance.enough(of)
    return (
        f"{some:,} of {all_of_them:,} {of}s have {ENOUGH} negatives or more; "
        "report.html of the release tells why regions have fewer"
    )


def terminal(found: Audit) -> Iterator[str]:
    yield from (f"{name:<24} {value}" for name, value in found.about.items())
    yield f"{'slot':<20} {'pairs':>8} {'patients':>8}  " + "".join(f"{kind:<24}" for kind in KINDS)
    for place in found.places:
        rows = found.of(place)
        figures = "".join(f"{marked(row):<24}" for row in rows)
        yield f"{place:<20} {rows[0].figure.n:>8,} {rows[0].figure.groups:>8,}  {figures}".rstrip()
    for place, slot in found.balance.slots.items():
        if slot.worst:
            edit = slot.worst[0]
            ways = f"{edit.there:,} one way, {edit.back:,} back"
            yield f"{place:<20} {slot.one_way:.0%} of edits go one way; {edit.original} -> {edit.replaced}: {ways}"
    yield from (f"negatives            {enough(found, of)}" for of in found.balance.negatives)


def markdown(found: Audit, name: str) -> str:
    lines = [f"# {name}: audit of captions", "", f"{verdict(found).capitalize()}.", "", INTRO, "", HELD, ""]
    lines += [*(f"- {key}: {value}" for key, value in found.about.items()), ""]
    lines += [*(f"- {kind}: {look.about}" for kind, look in KINDS.items()), ""]
    lines += _table(
        ("slot", "pairs", "patients", "bound", *KINDS),
        (
            (place, f"{rows[0].figure.n:,}", f"{rows[0].figure.groups:,}", bound(rows), *map(marked, rows))
            for place, rows in ((place, found.of(place)) for place in found.places)
        ),
    )
    lines += [*_telling(found), *_edits(found), *_counts(found)]
    return "\n".join(lines)


def _telling(found: Audit) -> Iterator[str]:
    yield from ("## The most telling words", "", "In pairs that were judged.", "")
    yield from _table(
        ("classifier", "slot", "words", "oftener in the true text", "oftener in the false text", "log-odds a pair"),
        (
            (kind, place, f"`{each.words}`", f"{each.true:,}", f"{each.false:,}", f"{each.margin:.2f}")
            for kind, places in found.telling.items()
            for place, told in places.items()
            for each in told
        ),
    )


def _edits(found: Audit) -> Iterator[str]:
    slots = found.balance.slots
    yield from ("## Balance", "", f"The worst edits, of which more than {LOPSIDED:.0%} go one way:", "")
    yield from _table(
        ("slot", "from", "to", "edits", "back"),
        (
            (place, edit.original, edit.replaced, f"{edit.there:,}", f"{edit.back:,}")
            for place, slot in slots.items()
            for edit in slot.worst
        ),
    )
    yield from ("Values, as original and as replaced; the commonest of each slot:", "")
    yield from _table(
        ("slot", "value", "original", "replaced"),
        (
            (place, value, f"{original:,}", f"{replaced:,}")
            for place, slot in slots.items()
            for value, (original, replaced) in slot.values.items()
        ),
    )


def _counts(found: Audit) -> Iterator[str]:
    told = found.balance
    yield from _table(
        ("slot", "pairs", "edits that go one way", "true texts with a negation", "false texts with one"),
        (
            (place, f"{slot.pairs:,}", f"{slot.one_way:.0%}", *(f"{share:.1%}" for share in told.negation[place]))
            for place, slot in told.slots.items()
        ),
    )
    yield from (f"- {name}: {count:,} pairs" for name, count in told.certainty.items())
    yield from (f"- {enough(found, of)}" for of in told.negatives)
    yield ""
    numbers = sorted({n for counts in told.negatives.values() for n in counts})
    yield from _table(
        ("negatives", *(f"{of}s" for of in told.negatives)),
        ((str(n), *(f"{counts.get(n, 0):,}" for counts in told.negatives.values())) for n in numbers),
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    yield from (f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows)
    yield ""


def page(found: Audit, name: str) -> str:
    """One page, without any request."""
    return template("pipeline.describe.audit", "audit.html.j2").render(
        name=name,
        found=found,
        verdict=verdict(found),
        intro=INTRO,
        held=HELD,
        kinds=KINDS,
        colours=COLOURS,
        chart=bars(found, COLOURS),
        shown=shown,
        bound=bound,
        lopsided=LOPSIDED,
        enough=[enough(found, of) for of in found.balance.negatives],
    )
