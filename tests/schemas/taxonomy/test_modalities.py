import pytest
from pydicom.uid import UID_dictionary

from schemas.taxonomy.body_parts import body_part
from schemas.taxonomy.csv_table import folded
from schemas.taxonomy.modalities import (
    UNKNOWN,
    is_evidence,
    modalities,
    modality,
    modality_of_dicom,
    not_images,
    technique_of,
    techniques,
)


def uid(name: str) -> str:
    return next(str(uid) for uid, entry in UID_dictionary.items() if entry[0] == name)


def test_there_are_twelve_modalities() -> None:
    assert [each.id for each in modalities()] == [
        *("radiography", "ct", "mri", "ultrasound", "mammography", "nuclear"),
        *("fundus", "oct", "dermatology", "endoscopy", "microscopy", "dental"),
    ]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (None, None),
        ("", None),
        *((code, "radiography") for code in ("CR", "DX", "RF", "XA", "RG", " cr ")),
        *(("CT", "ct"), ("MR", "mri"), ("US", "ultrasound"), ("IVUS", "ultrasound"), ("MG", "mammography")),
        *(("NM", "nuclear"), ("PT", "nuclear"), ("OP", "fundus"), ("OPT", "oct"), ("DMS", "dermatology")),
        *(("XC", "dermatology"), ("ES", "endoscopy"), ("SM", "microscopy"), ("GM", "microscopy")),
        *(("IO", "dental"), ("PX", "dental")),
        ("OCT", None),  # not ophthalmic
        ("IVOCT", None),
        *((code, None) for code in ("OT", "SC", "SEG", "SR", "RTSTRUCT", "PR", "KO", "ANN", "RWV")),
    ],
)
def test_modality_codes(code: str | None, expected: str | None) -> None:
    assert modality_of_dicom(code) == expected


@pytest.mark.parametrize(
    ("code", "sop_class", "expected"),
    [
        ("DX", "Digital Intra-Oral X-Ray Image Storage - For Presentation", "dental"),
        ("DX", "Digital Mammography X-Ray Image Storage - For Presentation", "mammography"),
        ("PX", "Digital X-Ray Image Storage - For Presentation", "dental"),
        ("MG", "Digital X-Ray Image Storage - For Presentation", "mammography"),
        ("CT", "Digital X-Ray Image Storage - For Presentation", "radiography"),
        ("OT", "Ophthalmic Tomography Image Storage", "oct"),
        ("", "Dermoscopic Photography Image Storage", "dermatology"),
        ("CT", "Secondary Capture Image Storage", "ct"),  # the class says nothing, the code does
        ("OT", "Secondary Capture Image Storage", None),
        ("MR", "Parametric Map Storage", None),
        ("CT", "Segmentation Storage", None),
        ("MR", "MR Spectroscopy Storage", None),
        ("OT", "Grayscale Softcopy Presentation State Storage", None),
    ],
)
def test_the_sop_class_decides_where_it_is_known(code: str, sop_class: str, expected: str | None) -> None:
    assert modality_of_dicom(code, uid(sop_class)) == expected


@pytest.mark.parametrize(
    "name",
    [
        *("Segmentation Storage", "Enhanced SR Storage", "Key Object Selection Document Storage"),
        *("RT Structure Set Storage", "RT Dose Storage", "Real World Value Mapping Storage"),
        *("Microscopy Bulk Simple Annotations Storage", "12-lead ECG Waveform Storage"),
        *("Encapsulated PDF Storage", "Raw Data Storage"),
    ],
)
def test_evidence_is_no_image_whatever_its_code_says(name: str) -> None:
    assert is_evidence("CT", uid(name))
    assert not is_evidence("CT", uid("CT Image Storage"))


def test_codes_and_classes_are_dicoms_own_and_name_one_thing() -> None:
    codes = [code for each in modalities() for code in each.dicom_codes]
    codes += [each.dicom_code for each in not_images() if each.dicom_code]
    assert len(set(codes)) == len(codes)
    classes = [uid for each in modalities() for uid in each.sop_classes]
    assert len(set(classes)) == len(classes)
    for sop_class in classes:
        assert UID_dictionary[sop_class][1] == "SOP Class"
        assert not is_evidence(None, sop_class)
    for each in not_images():
        for prefix in each.sop_classes:
            assert any(known == prefix or known.startswith(f"{prefix}.") for known in UID_dictionary)


def test_techniques_are_closed_and_end_with_unknown() -> None:
    for each in modalities():
        assert techniques(each.id)[-1] == UNKNOWN
        words = [folded(word) for names in each.techniques for word in {folded(name) for name in names}]
        assert len(set(words)) == len(words), each.id
    assert "FLAIR" in techniques("mri")
    with pytest.raises(KeyError):
        techniques("telepathy")


@pytest.mark.parametrize(
    ("modality_id", "word", "technique"),
    [
        ("mri", "", None),
        ("mri", "t1ce", "T1-post"),
        ("microscopy", "Smear", "smear"),
        ("microscopy", "h&e", "H&E"),
        ("dermatology", "smartphone", "clinical"),
        ("ct", "FLAIR", None),
        ("oct", "bscan", "B-scan"),
    ],
)
def test_words_of_sources_become_techniques(modality_id: str, word: str, technique: str | None) -> None:
    assert technique_of(modality_id, word) == technique


def test_assumed_body_parts_exist() -> None:
    assumed = {each.id: each.assumed_body_part for each in modalities() if each.assumed_body_part}
    assert assumed["fundus"] == "retina"
    for part in assumed.values():
        assert body_part(part).id == part
    assert modality("ct").assumed_body_part == ""
