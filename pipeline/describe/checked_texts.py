"""Texts that were checked: what a writer said, mended where it was wrong, else said by the fallback."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from annotators.captioners.captioner import PICTURE, Captioner, Draft, Slot, Texts, slots_of, texts_of
from annotators.captioners.evidence import Evidence
from pipeline.describe.check import UNREAD, too_long, unsupported
from pipeline.describe.known.known import Known
from pipeline.describe.reading.mentions import mentions
from pipeline.describe.reading.read import read

Outcome = Literal["kept", "repaired", "replaced"]
REPAIRS = 2  # at most
# Beside check.FAILURES: the writer gave no text, or one that names nothing, be it what a picture is or what is on it.
UNANSWERED, SILENT = "unanswered", "silent"
WORDS = {"summary": 80, "report": 400, "caption": 80, "paraphrase": 80}  # at most, of a writer that is not the fallback


@dataclass(frozen=True)
class Written:
    """One text with its history. `failures` are those of the last draft that was not kept; `wrong` those of the text
    itself, which are none but where the fallback is wrong too.
    """

    slot: Slot
    text: str
    writer: str
    attempts: int
    outcome: Outcome
    failures: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()

    def row(self) -> dict[str, Any]:
        """As the tables hold it (`schemas.tables.columns.WRITTEN`)."""
        return {
            "text": self.slot[0],
            "writer": self.writer,
            "attempts": self.attempts,
            "outcome": self.outcome,
            "failures": list(self.failures),
        }


class Checks:
    """Of one picture: what each of its texts may say."""

    def __init__(self, evidence: Evidence) -> None:
        whole = (*evidence.facts, *(fact for region in evidence.regions for fact in region.facts))
        of_picture = [fact for fact in evidence.facts if fact.kind in ("acquisition", "laterality")]
        picture = Known(whole)
        regions = {each.region_id: Known((*of_picture, *each.facts), picture) for each in evidence.regions}
        self.known = {PICTURE: picture, **regions}

    def failures(self, slot: Slot, text: str | None, limited: bool) -> tuple[str, ...]:
        if text is None:
            return (UNANSWERED,)
        known = self.known[slot[1]]
        long = ("length",) if limited and too_long(text, WORDS[slot[0]]) else ()
        failures = (*unsupported(text, known), *long)
        nothing_wrong = set(failures) <= {UNREAD}
        return (SILENT,) if limited and nothing_wrong and is_silent(text, known) else failures


def is_silent(text: str, known: Known) -> bool:
    """Whether a text holds no name of the lexicon or of its facts: who babbles makes no claim that is wrong."""
    reading = read(text, known.names)
    return not reading.nothing and not mentions(reading.found, known.names)


def checked_texts(writer: Captioner, fallback: Captioner, evidence: Sequence[Evidence]) -> list[list[Written]]:
    """Of each picture all texts, in the order of `texts_of`; all that fail are given back to the writer together."""
    said = [
        _first(writer.name, Checks(each), texts, each, limited=writer.name != fallback.name)
        for texts, each in zip(writer.write(evidence), evidence, strict=True)
    ]
    # Made again for the few that need them: those of all pictures at once take memory.
    checks = {i: Checks(evidence[i]) for i, texts in enumerate(said) if any(each.wrong for each in texts)}
    for _ in range(REPAIRS):
        wrong = [i for i in checks if any(each.wrong for each in said[i])]
        if not wrong:
            break
        drafts = [
            Draft(evidence[i], {each.slot: (each.text, each.wrong) for each in said[i] if each.wrong}) for i in wrong
        ]
        for i, other in zip(wrong, writer.rewrite(drafts), strict=True):
            said[i] = said[i] if other is None else [_again(each, checks[i], other) for each in said[i]]
    for i, check in checks.items():
        if any(each.wrong for each in said[i]):
            said[i] = _replaced(said[i], check, fallback, evidence[i])
    return said


def _first(writer: str, checks: Checks, texts: Texts | None, evidence: Evidence, limited: bool) -> list[Written]:
    told = texts_of(texts) if texts is not None else {}
    return [
        Written(slot, told.get(slot, ""), writer, 1, "kept", wrong=checks.failures(slot, told.get(slot), limited))
        for slot in slots_of(evidence)
    ]


def _again(before: Written, checks: Checks, texts: Texts) -> Written:
    """A text that was wrong, as the writer now has it; any other stays as it was."""
    if not before.wrong:
        return before
    text = texts_of(texts).get(before.slot)
    wrong = checks.failures(before.slot, text, limited=True)
    return replace(
        before, text=text or "", attempts=before.attempts + 1, outcome="repaired", failures=before.wrong, wrong=wrong
    )


def _replaced(texts: Sequence[Written], checks: Checks, fallback: Captioner, evidence: Evidence) -> list[Written]:
    """Texts that are still wrong, in the words of the fallback, which are read as well."""
    (own,) = fallback.write([evidence])
    told = texts_of(own) if own is not None else {}
    return [
        each
        if not each.wrong
        else Written(
            each.slot,
            told.get(each.slot, ""),
            fallback.name,
            each.attempts,
            "replaced",
            failures=each.wrong,
            wrong=checks.failures(each.slot, told.get(each.slot), limited=False),
        )
        for each in texts
    ]
