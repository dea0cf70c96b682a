"""What a DICOM header tells of how a picture was made, in the taxonomy's closed words; None where it tells nothing."""

import re

from pipeline.ingest.header import Header
from schemas.taxonomy.modalities import PARAMETRIC_MAP, technique_of

_OF_CODE = {
    "CR": "plain",
    "DX": "plain",
    "RF": "fluoroscopy",
    "XA": "angiography",
    "PT": "PET",
    "PX": "panoramic",
    "OPT": "B-scan",
}
_TOMOSYNTHESIS = "1.2.840.10008.5.1.4.1.1.13.1.3"

# Values of Image Type from the third on that name a computed quantity.
_MAP = re.compile("PERFUSION|PARAMETRIC.*|R?CB[FV]|MTT|TTP|TMAX|KTRANS|VE|FA|T[12]_?MAP")
_MAP_MODALITIES = ("ct", "mri")


def technique_in(header: Header, modality: str | None) -> str | None:
    if modality is None:
        return None
    kinds = {word.upper() for word in header.words("ImageType")[2:]} | {
        word.upper() for word in header.words("FrameType")[2:]
    }
    word = _word(header, modality, kinds)
    return technique_of(modality, word) if word else None


def _word(header: Header, modality: str, kinds: set[str]) -> str | None:
    derived = header.text("ImageType").upper() == "DERIVED"
    if modality in _MAP_MODALITIES and derived and any(map(_MAP.fullmatch, kinds)):
        return PARAMETRIC_MAP
    if modality == "mri" and derived and "ADC" in kinds:
        return "ADC"
    if modality == "nuclear" and header.text("Modality") == "NM":
        return "SPECT" if any("TOMO" in kind for kind in kinds) else "planar" if kinds else None
    if modality == "mammography":
        return _of_breast(header, kinds)
    return _OF_CODE.get(header.text("Modality"))


def _of_breast(header: Header, kinds: set[str]) -> str:
    if "GENERATED_2D" in kinds:
        return "synthetic 2D"
    return "tomosynthesis slice" if header.text("SOPClassUID") == _TOMOSYNTHESIS else "FFDM"
