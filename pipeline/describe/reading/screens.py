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
_CAPITALISED = re.compile(r"(?<![.!?:] )(?<!^)\b[A-Z][a-z]+(?:[ -][A-Z][a-z]+)+\b")
_INSTRUCTION = re.compile(
    r"\b(?:ignore|disregard|forget) (?:all|any|the|previous|earlier|prior|your)\b|\bas an ai\b|\blanguage model\b|"
    r"\byou are an?\b|^\s*(?:system|assistant|user|human)\s*:|\bsystem prompt\b|\bprompt\b|\bjson\b|\bi cannot\b|"
    r"\bi can'?t\b|\bi'?m (?:sorry|unable)\b|\bcaption the\b|\bdescribe (?:this|the) (?:image|as)\b|"
    r"<\|?\w+\|?>|```|\binstructions?\b",
    re.IGNORECASE | re.MULTILINE,
)
# What is read holds one of these; looked for first, since texts seldom do.
_NUMBERS = re.compile(r"\d{3}|\d[/-]\d|\d\.\d+\.\d|\d[- ]year")
# Whole words, and the beginnings of words or signs.
_PERSONS = frozenset(
    {
        *("man", "men", "woman", "women", "male", "female", "elderly", "aged", "pediatric", "paediatric", "child"),
        *("infant", "boy", "girl", "symptom", "symptoms", "sustained", "born"),
    }
)
_PARTS = ("@", "http", "www", ".org", ".com", ".net", ".edu", "smok", "patient with")
_HEADED = ("name", "address", "birth", "dob")  # with a colon
_TITLES = ("Dr", "Prof", "Mr", "Ms", "Miss", "St", "Hospital", "Clinic", "Infirmary")
_CREDITS = ("courtesy", "credit", "referred", "reported", "dictated", "signed")
_ADVICE_CUES = (
    "recommend",
    "advis",
    "clinical",
    "warrant",
    "should",
    "consult",
    "referral",
    "differential",
    "further",
    "may ",
)
_INSTRUCTION_CUES = (
    *("ignore", "disregard", "forget", "as an ai", "language model", "you are", "system", "assistant", "user", "human"),
    *("prompt", "json", "i can", "i'm", "im ", "caption the", "describe", "<", "```", "instruction"),
)
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


def is_personal(text: str) -> bool:
    """Names of people and institutions, dates, numbers of records, telephones, addresses, exact ages."""
    low = text.lower()
    if _may_be_personal(low) and _PERSONAL.search(text):
        return True
    if any(word in text for word in _TITLES) and _TITLED.search(text):
        return True
    if any(word in low for word in _CREDITS) and _CREDIT.search(low):
        return True
    return any(not _is_known(match.group()) for match in _CAPITALISED.finditer(text))


def _may_be_personal(low: str) -> bool:
    if not _PERSONS.isdisjoint(_words_in(low)) or _NUMBERS.search(low):
        return True
    return any(part in low for part in _PARTS) or (":" in low and any(word in low for word in _HEADED))


@lru_cache(maxsize=4)
def _words_in(low: str) -> frozenset[str]:
    return frozenset(_WORDS.findall(low))


def _is_known(words: str) -> bool:
    """Whether all of them are words of the lexicon: Kellgren-Lawrence is no person here."""
    return set(folded_words(words)) <= _known_words()


@cache
def _known_words() -> frozenset[str]:
    stated = (folded_words(each.phrase) for each in attribute_table())
    return frozenset(word for words in (*vocabulary().terms, *stated) for word in words)


def is_advice(text: str) -> bool:
    """What somebody should do, what something may mean: no fact of a picture."""
    low = text.lower()
    return any(word in low for word in _ADVICE_CUES) and _ADVICE.search(low) is not None


def is_instruction(text: str) -> bool:
    """An echo of a prompt, an instruction found in a picture, or a model that speaks of itself."""
    low = text.lower()
    return any(word in low for word in _INSTRUCTION_CUES) and _INSTRUCTION.search(text) is not None


def is_foreign(text: str) -> bool:
    """Not English: a letter of another script, a sign of none, or other function words. Short phrases of names pass."""
    if not text.isascii() and any(sign.isalpha() and not _LATIN.match(sign) for sign in text):
        return True
    if not text.isprintable() and any(category(sign) in _NO_TEXT for sign in text if sign not in "\n\r\t"):
        return True
    foreign = len(_FOREIGN & _words_in(text.lower()))
    return foreign >= 2 or (foreign == 1 and _ACCENTED.search(text) is not None)
