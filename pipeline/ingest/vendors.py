"""Closed words for who made a device: a header's own words are never passed on."""

import re

# Word -> what a Manufacturer element holds; matched as whole words, lower case, the first hit counts.
VENDORS = {
    "ge": ("ge", "g e", "general electric", "gems", "lunar"),
    "siemens": ("siemens", "acuson", "cti"),
    "philips": ("philips", "picker", "marconi", "adac", "atl"),
    "canon": ("canon", "toshiba"),
    "fujifilm": ("fuji", "fujifilm", "sonosite", "hitachi", "aloka"),
    "agfa": ("agfa",),
    "carestream": ("carestream", "kodak", "eastman"),
    "konica_minolta": ("konica", "minolta"),
    "shimadzu": ("shimadzu",),
    "hologic": ("hologic", "lorad"),
    "samsung": ("samsung", "medison"),
    "mindray": ("mindray",),
    "united_imaging": ("united imaging", "uih"),
    "neusoft": ("neusoft",),
    "esaote": ("esaote",),
    "zeiss": ("zeiss",),
    "heidelberg": ("heidelberg",),
    "topcon": ("topcon",),
    "nidek": ("nidek",),
    "optovue": ("optovue",),
    "optos": ("optos",),
    "olympus": ("olympus",),
    "pentax": ("pentax",),
    "leica": ("leica", "aperio"),
    "hamamatsu": ("hamamatsu",),
    "3dhistech": ("3dhistech",),
    "ventana": ("ventana", "roche"),
    "sirona": ("sirona", "dentsply"),
    "planmeca": ("planmeca",),
    "vatech": ("vatech",),
}
OTHER = "other"

_WORDS = re.compile(r"[a-z0-9]+")


def vendor_of(manufacturer: str) -> str | None:
    """The vendor's word, `other` for one that is not listed, None for an empty element."""
    text = f" {' '.join(_WORDS.findall(manufacturer.lower()))} "
    if text.strip() == "":
        return None
    return next((word for word, names in VENDORS.items() if any(f" {name} " in text for name in names)), OTHER)
