import pytest

from pipeline.ingest.header import Header
from pipeline.ingest.technique import technique_in
from schemas.taxonomy.modalities import modality_of_dicom
from tests.pipeline.ingest.files import item

TOMOSYNTHESIS = "1.2.840.10008.5.1.4.1.1.13.1.3"


@pytest.mark.parametrize(
    ("code", "image_type", "technique"),
    [
        ("", "", None),
        ("OT", "ORIGINAL\\PRIMARY", None),
        ("CR", "DERIVED\\PRIMARY", "plain"),
        ("DX", "", "plain"),
        ("RF", "ORIGINAL\\PRIMARY", "fluoroscopy"),
        ("XA", "ORIGINAL\\PRIMARY\\SINGLE PLANE", "angiography"),
        ("CT", "ORIGINAL\\PRIMARY\\AXIAL", None),
        ("CT", "DERIVED\\PRIMARY\\PERFUSION\\RCBF", "parametric map"),
        ("CT", "DERIVED\\SECONDARY\\OTHER\\CBV", "parametric map"),
        ("CT", "ORIGINAL\\PRIMARY\\PERFUSION\\NONE", None),  # the source pictures of a map
        ("CT", "DERIVED\\PRIMARY\\MPR", None),
        ("MR", "DERIVED\\PRIMARY\\DIFFUSION\\ADC", "ADC"),
        ("MR", "DERIVED\\PRIMARY\\DIFFUSION\\FA", "parametric map"),
        ("MR", "ORIGINAL\\PRIMARY\\M\\SE", None),
        ("PT", "ORIGINAL\\PRIMARY", "PET"),
        ("NM", "ORIGINAL\\PRIMARY\\RECON TOMO\\EMISSION", "SPECT"),
        ("NM", "ORIGINAL\\PRIMARY\\WHOLE BODY\\EMISSION", "planar"),
        ("NM", "", None),
        ("US", "ORIGINAL\\PRIMARY\\ABDOMINAL", None),
        ("OPT", "ORIGINAL\\PRIMARY", "B-scan"),
        ("PX", "", "panoramic"),
        ("MG", "ORIGINAL\\PRIMARY", "FFDM"),
        ("MG", "DERIVED\\PRIMARY\\TOMOSYNTHESIS\\GENERATED_2D", "synthetic 2D"),
    ],
)
def test_a_technique_is_what_the_header_proves(code: str, image_type: str, technique: str | None) -> None:
    header = Header(item(Modality=code, ImageType=image_type.split("\\")))
    assert technique_in(header, modality_of_dicom(code)) == technique


def test_tomosynthesis_is_a_kind_of_object() -> None:
    header = Header(item(Modality="MG", SOPClassUID=TOMOSYNTHESIS))
    assert technique_in(header, "mammography") == "tomosynthesis slice"
