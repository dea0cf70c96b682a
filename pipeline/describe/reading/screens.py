"""What no text may hold, whatever the facts: words about a person, instructions, another language."""

import re
from functools import cache, lru_cache
from unicodedata import category

from pipeline.describe.reading.vocabulary import vocabulary
from pipeline.describe.reading.words import folded_words
from schemas.lexicon.attributes import attribute_table

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*"
_PERSONAL = re.compile(
    rf"\b\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{_MONTH}\.?,? \d{{4}}\b|\b{_MONTH}\.? \d{{1,2}},? \d{{4}}\b|"
    r"\b\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\b|\b(?:19|20)\d\d-\d\d-\d\d\b|"
    r"\b(?:mrn|accession|patient (?:id|no|number)|hospital (?:id|no|number)|nhs|ssn|r?id)\b\W{0,3}\d{3,}|"
    r"\b\d{3}-\d{2}-\d{4}\b|\b(?:tel|phone|fax)\b\W{0,3}[\d+(]|\+?\d{2,4}[ -]\d{3,4}[ -]\d{3,4}\b|"
    r"\S+@\S+\.\w+|https?://|www\.|\b\w+\.(?:org|com|net|edu)\b|\bborn\b|\b\d{1,3}[- ]years?[- ]olds?\b|"
    r"\b(?:name|address|date of birth|dob)\s*:|\b(?:wo)?m[ae]n\b|\b(?:fe)?male\b|\belderly\b|\bmiddle-aged\b|"
    r"\bpa?ediatric\b|\b(?:child|infant|boy|girl)\b|\bpatient with\b|\bsymptoms?\b|\bsmok\w+|\bsustained\b",
    re.IGNORECASE,
)
_ADVICE = re.compile(
    r"\brecommend\w*|\badvis(?:ed|able)\b|\bclinical(?:ly)? (?:correlation|significant)\b|\bwarrant\w*|"
    r"\bshould (?:be|not)\b|\bconsult\w*|\breferral\b|\bdifferential diagnosis\b|\bfurther (?:evaluation|investigation|"
    r"imaging|work-?up|assessment|examination)\b|\bmay (?:cause|be associated|indicate|be due)\b|\bmay be considered\b",
    re.IGNORECASE,
)
_TITLED = re.compile(r"\b(?:Dr|Prof|Mr|Mrs|Ms|Miss|St)\b\.? ?[A-Z][\w.'-]+|\b(?:Hospital|Clinic|Infirmary)\b")
_CREDIT = re.compile(r"\b(?:courtesy of|credit to|referred by|reported by|dictated by|signed by)\b", re.IGNORECASE)
# Two or more words, which no sentence begins with; the letter stands before what must not be, since a scan leaps to it.
_CAPITALISED = re.compile(r"[A-Z](?<!\w[A-Z])(?<![.!?:] [A-Z])(?<!^[A-Z])[a-z]+(?:[ -][A-Z][a-z]+)+\b")
_INSTRUCTION = re.compile(
    r"\b(?:ignore|disregard|forget) (?:all|any|the|previous|earlier|prior|your)\b|\bas an ai\b|\blanguage model\b|"
    r"\byou are an?\b|^\s*(?:system|assistant|user|human)\s*:|\bsystem prompt\b|\bprompt\b|\bjson\b|\bi cannot\b|"
    r"\bi can'?t\b|\bi'?m (?:sorry|unable)\b|\bcaption the\b|\bdescribe (?:this|the) (?:image|as)\b|"
    r"<\|?\w+\|?>|```|\binstructions?\b",
    re.IGNORECASE | re.MULTILINE,
)
# What a pattern finds holds one of these between two spaces; or it is a telephone number.
_CUES = re.compile(
    r"(?i:\d{4}|\d[/-]\d|\d\.\d+\.\d|[@<`]|http|www|\.(?:org|com|net|edu)|year|smok|patient$|"
    r"\b(?:m[ae]n|wom[ae]n|(?:fe)?male|elderly|aged|pa?ediatric|child|infant|boy|girl|symptoms?|sustained|born)\b|"
    r"\b(?:tel|phone|fax|name|address|birth|dob|courtesy|credit|referred|reported|dictated|signed)\b|"
    r"\b(?:mrn|accession|nhs|ssn|r?id|hospital)\b|"
    r"recommend|advis|correlation|significant|warrant|should|consult|referral|differential|may$|"
    r"evaluation|investigation|imaging|work-?up|assessment|examination|"
    r"ignore|disregard|forget|\bai\b|language$|you$|system|assistant|user|human|prompt|json|\bi\b|\bim$|caption$|"
    r"describe$|instruction)|\b(?:Dr|Prof|Mr|Mrs|Ms|Miss|St|Hospital|Clinic|Infirmary)\b"
)
_TELEPHONE = re.compile(r"\d \d{3,4} \d{3}")
_FOREIGN = frozenset(
    {
        *("das", "der", "den", "dem", "ein", "eine", "einen", "und", "ist", "zeigt", "mit", "im", "la", "le", "les"),
        *("un", "une", "du", "des", "est", "avec", "dans", "et", "el", "los", "las", "una", "del", "con", "en", "y"),
        *("il", "lo", "gli", "nel", "della", "e", "uma", "um", "não", "o", "os", "het", "een", "van", "och", "jest"),
    }
)
_LATIN = re.compile(r"[A-Za-zªºÀ-ɏµμΑ-Ωα-ω]")
_NO_TEXT = frozenset({"Cc", "Cn", "Co", "Cs"})  # of Unicode: controls, and what stands for no letter
_WORDS = re.compile(r"[^\W\d_]+")
_ACCENTED = re.compile(r"[À-ɏ]")


def is_harmless(text: str) -> bool:
    """Whether none of the screens below finds anything, told from its words one by one: nearly all texts are so."""
    return (
        sum(map(_doubts, text.split())) < 2
        and text.isprintable()
        and _CAPITALISED.search(text) is None
        and _TELEPHONE.search(text) is None
    )


@lru_cache(maxsize=1 << 15)
def _doubts(stretch: str) -> int:
    """Of what stands between two spaces: 2 where a screen may find it, 1 for each word of another language."""
    if _CUES.search(stretch) or _ACCENTED.search(stretch) or _is_of_no_latin(stretch):
        return 2
    return len(_FOREIGN & _words_in(stretch))


def is_personal(text: str) -> bool:
    """Names of people and institutions, dates, numbers of records, telephones, addresses, exact ages."""
    if any(pattern.search(text) for pattern in (_PERSONAL, _TITLED, _CREDIT)):
        return True
    return any(not _is_known(match.group()) for match in _CAPITALISED.finditer(text))


def _is_known(words: str) -> bool:
    """Whether all of them are words of the lexicon: Kellgren-Lawrence is no person here."""
    return set(folded_words(words)) <= _known_words()


@cache
def _known_words() -> frozenset[str]:
    stated = (folded_words(each.phrase) for each in attribute_table())
    return frozenset(word for words in (*vocabulary().terms, *stated) for word in words)


def is_advice(text: str) -> bool:
    """What somebody should do, what something may mean: no fact of a picture."""
    return _ADVICE.search(text) is not None


def is_instruction(text: str) -> bool:
    """An echo of a prompt, an instruction found in a picture, or a model that speaks of itself."""
    return _INSTRUCTION.search(text) is not None


def is_foreign(text: str) -> bool:
    """Not English: a letter of another script, a sign of none, or other function words. Short phrases of names pass."""
    if _is_of_no_latin(text):
        return True
    if not text.isprintable() and any(category(sign) in _NO_TEXT for sign in text if sign not in "\n\r\t"):
        return True
    foreign = len(_FOREIGN & _words_in(text))
    return foreign >= 2 or (foreign == 1 and _ACCENTED.search(text) is not None)


def _is_of_no_latin(text: str) -> bool:
    """Whether it holds a letter of another script; a few Greek ones are signs."""
    return not text.isascii() and any(sign.isalpha() and not _LATIN.match(sign) for sign in text)


def _words_in(text: str) -> frozenset[str]:
    return frozenset(_WORDS.findall(text.lower()))
