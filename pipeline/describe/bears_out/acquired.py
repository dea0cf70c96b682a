"""What a picture is: modality, technique, plane, projection, window."""

from pipeline.describe.known.known import Known
from pipeline.describe.reading.vocabulary import Meaning

# What such a picture is as well, and what a technique includes.
ALSO = {"mammography": {"radiography"}, "dental": {"radiography"}}
FUSED = {"nuclear": {"ct"}}
INCLUDES = {"T1-post": {"T1"}, "fused": {"PET", "SPECT"}}


def is_acquired(known: Known, meaning: Meaning) -> bool:
    """Of modality, technique, plane, projection and window, in whatever way the sentence asserts the rest."""
    own = known.acquisition.get(meaning.slot)
    if meaning.value == "frontal":
        return own in (None, "pa", "ap")
    if own is None:
        return meaning.slot == "area"
    if meaning.slot == "technique":
        told = {each.lower() for each in (own, *INCLUDES.get(own, set()))}
        return meaning.value.lower() in told
    if meaning.slot == "modality":
        fused = FUSED.get(own, set()) if known.acquisition.get("technique") == "fused" else set()
        return meaning.value in {own, *ALSO.get(own, set()), *fused}
    return meaning.value == own


def is_exam(known: Known, value: str) -> bool:
    """Modality and technique in one word: `ct:angiographic`."""
    modality, _, technique = value.partition(":")
    alike = technique == "default" or is_acquired(known, Meaning("technique", technique))
    return alike and is_acquired(known, Meaning("modality", modality))
