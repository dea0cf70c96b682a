"""Other ways to say a place of the lexicon, by its form: `level of L4` is also `L4 vertebra`."""

import re
from collections.abc import Callable, Iterator

_ROMAN = {"I": "1", "II": "2", "III": "3", "IV": "4", "V": "5", "VI": "6", "VII": "7", "VIII": "8"}
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh")
_ORDINAL = {str(i): word for i, word in enumerate((*_ORDINALS, "twelfth"), 1)}
_HOURS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_SPINE = {"C": "cervical", "T": "thoracic", "L": "lumbar", "S": "sacral"}
LONG = 8  # letters of a word that is a place by itself: perihilar, peripapillary


def ways(phrase: str) -> Iterator[str]:
    """The phrase itself first."""
    yield phrase
    for form, said in _FORMS:
        if match := form.fullmatch(phrase):
            yield from said(match)


def _segment(match: re.Match[str]) -> Iterator[str]:
    roman, letter = match["number"], match["letter"]
    for number in (f"{roman}{letter}", f"{_ROMAN[roman]}{letter}"):
        yield from (f"segment {number}", f"hepatic segment {number}", f"liver segment {number}")
        yield from (f"segment {number} of the liver", f"segment {number} of liver")


def _vertebra(match: re.Match[str]) -> Iterator[str]:
    name = match["name"]
    yield from (name, f"{name} level", f"{name} vertebra", f"vertebra {name}", f"{name} vertebral body")
    yield from (f"vertebral body of {name}", f"vertebral body {name}", f"body of {name}")
    ordinal = f"{_ORDINAL[name[1:]]} {_SPINE[name[0]]}"
    yield from (f"{ordinal} vertebra", f"{ordinal} vertebral body", f"{ordinal} vertebra {name}")


def _disc(match: re.Match[str]) -> Iterator[str]:
    upper, lower = match["upper"], match["lower"]
    for levels in (f"{upper}-{lower}", f"{upper}/{lower}", f"{upper}-{lower[1:]}", f"{upper}/{lower[1:]}"):
        yield from (levels, f"{levels} level", f"level of {levels}", f"{levels} disc", f"disc {levels}")
        yield from (f"{levels} intervertebral disc", f"{levels} disc space", f"{levels} interspace")


def _tooth(match: re.Match[str]) -> Iterator[str]:
    number = match["number"]
    yield from (f"tooth number {number}", f"tooth no. {number}", f"tooth FDI {number}", f"FDI {number}")
    yield f"tooth {number} region"


def _clock(match: re.Match[str]) -> Iterator[str]:
    for hour in (match["hour"], _HOURS[int(match["hour"]) - 1]):
        yield from (f"{hour} o'clock", f"{hour} o'clock position", f"{hour} o'clock axis", f"{hour} oclock")


def _region(match: re.Match[str]) -> Iterator[str]:
    name = match["name"]
    yield from (f"{name} area", f"{name} zone", f"{name} location", f"{name} position")
    if len(name) >= LONG:
        yield name


def _quadrant(match: re.Match[str]) -> Iterator[str]:
    for down in (match["down"], {"upper": "superior", "lower": "inferior"}[match["down"]]):
        for across in (match["across"], {"outer": "lateral", "inner": "medial"}[match["across"]]):
            yield from (f"{down} {across} quadrant", f"{across} {down} quadrant")


def _zone(match: re.Match[str]) -> Iterator[str]:
    for down in {"mid": ("mid", "middle")}.get(match["down"], (match["down"],)):
        yield from (f"{down} zone", f"{down} lung zone", f"{down} lung field", f"{down} lung", f"{down}zone")
        yield from (f"{down} zone of the lung", f"{down} field")


def _cortex(match: re.Match[str]) -> Iterator[str]:
    name = match["name"]
    yield from (f"{name} region", f"{name} area", f"{name} cortex", f"{name} white matter", f"{name}ly")


def _long_bone(match: re.Match[str]) -> Iterator[str]:
    end, bone = match["end"], match["bone"]
    yield from (
        f"{end} {bone}",
        f"{end} end of the {bone}",
        f"{end} portion of the {bone}",
        f"{end} third of the {bone}",
    )


_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Iterator[str]]], ...] = (
    (re.compile(r"liver segment (?P<number>[IV]+)(?P<letter>[ab]?)"), _segment),
    (re.compile(r"level of (?P<name>[CTLS]\d+)"), _vertebra),
    (re.compile(r"(?P<upper>[CTL]\d+)-(?P<lower>[CTLS]\d+) disc"), _disc),
    (re.compile(r"region of tooth (?P<number>\d+)"), _tooth),
    (re.compile(r"(?P<hour>\d+) o'clock position"), _clock),
    (re.compile(r"(?P<name>\w+) region"), _region),
    (re.compile(r"(?P<down>upper|lower) (?P<across>outer|inner) quadrant"), _quadrant),
    (re.compile(r"(?P<down>upper|mid|lower) zone"), _zone),
    (re.compile(r"(?P<name>frontal|parietal|temporal|occipital) lobe"), _cortex),
    (re.compile(r"(?P<end>proximal|distal) part of the (?P<bone>[\w ]+)"), _long_bone),
)
