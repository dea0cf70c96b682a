"""The side of the body, eye or breast that a whole picture shows, as a source or a header says it."""

from schemas.taxonomy.csv_table import folded

LATERALITIES = ("left", "right", "bilateral")

_WORDS = {
    "left": ("l", "left", "os", "oculus sinister", "lt", "links"),
    "right": ("r", "right", "od", "oculus dexter", "rt", "rechts"),
    "bilateral": ("b", "both", "bilateral", "ou", "oculus uterque"),
}


def laterality_word(text: str | None) -> str | None:
    """left, right or bilateral; None for DICOM's U (unpaired), for no word and for an unknown one."""
    word = folded(text or "")
    return next((side for side, words in _WORDS.items() if word in words), None)
