"""Rules of written English that every sentence has to keep, looked for in the text alone."""

import re

from schemas.lexicon.findings import findings

FULL_STOP = re.compile(r"\.(?!\d)")
LEFT_OVER = re.compile(r"[{}<>|\[\]_]|  |\s[.,:;]|[.,:;]{2}|\bNone\b|^\s|\s$")
DOUBLED = re.compile(r"\b([A-Za-z]+) \1\b", re.IGNORECASE)
ARTICLE = re.compile(r"\b(an?) ([\w&-]+)", re.IGNORECASE)
SINGULAR_AFTER_MANY = re.compile(
    r"\b(?:they|these [a-z-]+|(?:two|three|four|five) [a-z -]+s) (?:is|was|has)\b|\bthere are (?:an?|one)\b",
    re.IGNORECASE,
)
MANY_AFTER_ONE = re.compile(
    r"\b(?:it|this [a-z-]+) (?:are|were|have)\b|\bthere is (?:two|three|four|five|these)\b", re.IGNORECASE
)

AN = {"H&E-stained", "MR", "OCT", "FFDM", "FDG", "NBI", "8", "11", "18", "hour"}
A_BEFORE_VOWEL = ("uni", "use", "ure", "uri", "eu", "one")
AN_DESPITE = ("unin", "unim", "unid")


def faults(text: str) -> list[str]:
    """What is wrong with a sentence, in words; empty for a good one."""
    checks = {
        "no capital": not text[:1].isupper(),
        "not one full stop at its end": not text.endswith(".") or len(FULL_STOP.findall(text)) != 1,
        "something left over": bool(LEFT_OVER.search(text)),
        "a word twice": bool(DOUBLED.search(text)),
        "singular for many": bool(SINGULAR_AFTER_MANY.search(text)),
        "many for singular": bool(MANY_AFTER_ONE.search(text)),
        "an article before what takes none": bool(_WITHOUT_ARTICLE.search(text)),
    }
    pairs = ARTICLE.findall(text.replace("density a", ""))  # a letter, as of a grade
    wrong = [f"{article} {word}" for article, word in pairs if article.lower() != wanted_article(word)]
    return [name for name, broken in checks.items() if broken] + wrong


def wanted_article(word: str) -> str:
    if word in AN or word.split("-", maxsplit=1)[0] in AN:
        return "an"
    if word[:2].isupper():
        return "a"
    lower = word.lower()
    if lower.startswith(A_BEFORE_VOWEL) and not lower.startswith(AN_DESPITE):
        return "a"
    return "an" if lower[0] in "aeiou" else "a"


_NAMES = "|".join(re.escape(each.name) for each in findings() if each.plural is None and each.kind == "finding")
_WITHOUT_ARTICLE = re.compile(rf"\b(?:an?|one|two) (?:{_NAMES})\b", re.IGNORECASE)
