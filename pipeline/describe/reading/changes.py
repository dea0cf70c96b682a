"""What a text says of a change since an earlier picture, or of what is to come."""

import re
from collections.abc import Collection
from typing import NamedTuple

_PRIOR = (
    r"(?:(?:the |an? |any )?(?:prior|previous|preceding|former|baseline|earlier|last|older) (?:[a-z-]+ ){0,3}?"
    r"(?:examination|exam|study|studie|ct|mri|x-ray|mammography|picture|image|film|scan|slice|radiograph|mammogram|micrograph|photograph|report)s?"
    r"|(?:the )?(?:examination|study|picture|image|film) before)"
)
UNKNOWN = "unknown"
# Behind `no longer`, the thing itself is gone; what is no longer large is still there.
_SEEN = (
    "(?:be |clearly |definitely |readily )?(?:visible|visuali[sz]ed|seen|present|there|evident|apparent|appreciated|"
    "identified|identifiable|detected|detectable|demonstrated|demonstrable|shown|found|noted|observed|depicted|"
    "discernible|recogni[sz]able|made out)|shows?|contains?|has|have|exists?"
)
# In this order: `was smaller before` means larger now. Last, words as compared, of which what is read holds one.
_VALUES = (
    ("larger", rf"\b(?:was|were) smaller (?:in|on|at) {_PRIOR}", "smaller"),
    ("smaller", rf"\b(?:was|were) (?:larger|bigger) (?:in|on|at) {_PRIOR}", "larger bigger"),
    ("stable", rf"\b(?:was|were) of the same size (?:in|on|at) {_PRIOR}", "same"),
    (
        "new",
        rf"\b(?:was|were) (?:lacking|not there|absent|not present|not seen) (?:in|on|at) {_PRIOR}",
        "lacking not absent",
    ),
    ("new", rf"{_PRIOR} did not (?:contain|show|hold|have)\b", "not"),
    ("new", r"\bnewly (?:developed|arisen|appeared)\b|\ba new feature\b|\bnew\b(?! vessels?\b)|\bnewly\b", "new newly"),
    ("resolved", r"\binterval resolution\b", "interval"),
    ("new", r"\binterval development\b", "interval"),
    (
        "larger",
        r"\binterval (?:growth|increase|enlargement|progression)\b|\b(?:slowly|rapidly) growing\b",
        "interval growing",
    ),
    ("smaller", r"\binterval (?:decrease|reduction|regression|shrinkage|improvement)\b", "interval"),
    ("stable", r"\bno (?:\w+ )?interval change\b|\bpersist(?:s|ed|ent)?\b", "interval persist persisted persistent"),
    (
        "resolved",
        r"\b(?:vanished|cleared|gone away|disappeared|resolved)\b|\bany more\b|"
        rf"\bno longer\b(?:(?= (?:{_SEEN})\b)|(?=[\s)]*(?:$|[.,;])))",
        "vanished cleared gone disappeared resolved longer any",
    ),
    (
        "stable",
        r"\b(?:unchanged|stable|kept (?:its|their) size|(?:remained|stayed) (?:the same|as before)"
        r"(?: size)?|no change|not changed|has not grown)\b",
        "unchanged stable kept remained stayed change changed grown",
    ),
    (
        "larger",
        r"\b(?:grown|grew|(?:gained|progressed|increased) in (?:size|extent)|become (?:bigger|larger)|"
        r"larger than before|has increased|has progressed|have progressed|enlarged since)\b",
        "grown grew gained progressed increased become larger enlarged",
    ),
    (
        "smaller",
        r"\b(?:(?:lost|regressed|decreased|reduced) in (?:size|extent)|diminished|shrunk|smaller than before|"
        r"has decreased|become smaller)\b",
        "lost regressed decreased reduced diminished shrunk smaller become",
    ),
)
_COMPARED = re.compile(
    rf"\b(?:compared (?:with|to)|in comparison (?:with|to)|relative to|against|with reference to|since) {_PRIOR}|"
    rf"\b(?:since|than|as|from) before\b|\b(?:since|in|on|at|than|from) {_PRIOR}|\bsince the\b"
)
_TO_COME = re.compile(
    r"\b(?:may|might|will|could|can) (?:progress|develop|become|be followed|evolve|resolve|grow|clear)\b|"
    r"\bclear(?:s|ed)? (?:within|after|over)\b|\bfollow-?up\b|"
    r"\bagain (?:seen|noted|demonstrated)\b|\bno longer\b|\bpreviously\b|\bre-?demonstrated\b"
)
_COMPARATIVE = re.compile(r"\b(?P<word>larger|bigger|smaller)\b")
_READ = tuple((value, re.compile(pattern), frozenset(cues.split())) for value, pattern, cues in _VALUES)
_PRIORS = frozenset(
    {"prior", "previous", "preceding", "former", "baseline", "earlier", "last", "older", "before", "since"}
)
_COMING = frozenset(
    {
        *("may", "might", "will", "could", "can", "clear", "cleared", "follow", "followup", "again", "previously"),
        *("re", "redemonstrated", "longer"),
    }
)
# Words as compared, of which whatever is read here holds at least one.
CUES = frozenset(
    {
        *("prior", "previous", "preceding", "former", "baseline", "earlier", "last", "older", "before", "since", "new"),
        *("newly", "vanished", "cleared", "gone", "disappeared", "resolved", "longer", "any", "unchanged", "stable"),
        *("kept", "remained", "stayed", "change", "changed", "grown", "grew", "gained", "progressed", "increased"),
        *("become", "larger", "enlarged", "lost", "regressed", "decreased", "reduced", "diminished", "shrunk"),
        *("smaller", "bigger", "may", "might", "will", "could", "can", "clear", "follow", "followup", "compared"),
        *("comparison", "interval", "growing", "persist", "persisted", "persistent", "again", "previously", "re"),
        *("redemonstrated", "redemonstrates"),
    }
)


class Change(NamedTuple):
    """`value` is new, larger, stable, smaller, resolved or unknown; `spans` are the characters that say it."""

    value: str
    spans: tuple[tuple[int, int], ...]


def change(low: str, found: Collection[str]) -> Change | None:
    """Of a text in lower case and its words as compared; None where it speaks of no other time."""
    if CUES.isdisjoint(found):
        return None
    words = frozenset(found)
    compared = tuple(match.span() for match in _COMPARED.finditer(low)) if _PRIORS & words else ()
    for value, pattern, cues in _READ:
        if cues & words and (match := pattern.search(low)):
            return Change(value, (match.span(), *compared))
    if compared and (match := _COMPARATIVE.search(low)):
        return Change("smaller" if match["word"] == "smaller" else "larger", (match.span(), *compared))
    to_come = tuple(match.span() for match in _TO_COME.finditer(low)) if _COMING & words else ()
    return Change(UNKNOWN, (*compared, *to_come)) if compared or to_come else None
