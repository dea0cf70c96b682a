import pytest

from pipeline.ingest.vendors import OTHER, VENDORS, vendor_of


@pytest.mark.parametrize(
    ("manufacturer", "vendor"),
    [
        ("", None),
        (" - ", None),
        ("GE MEDICAL SYSTEMS", "ge"),
        ("G.E. Medical Systems", "ge"),
        ("SIEMENS", "siemens"),
        ("Siemens Healthineers", "siemens"),
        ("Philips Medical Systems, Inc.", "philips"),
        ("TOSHIBA_MEC", "canon"),
        ("FUJI PHOTO FILM CO. LTD.", "fujifilm"),
        ("Agfa-Gevaert AG", "agfa"),
        ("ALOKA CO., LTD.", "fujifilm"),
        ("Gerber Medical of Jane Doe", OTHER),  # `ge` only as a word
        ("Acme Medical Devices", OTHER),
        ("Жук", None),
    ],
)
def test_a_manufacturer_becomes_one_of_the_listed_words(manufacturer: str, vendor: str | None) -> None:
    assert vendor_of(manufacturer) == vendor


def test_no_two_vendors_share_a_name() -> None:
    names = [name for names in VENDORS.values() for name in names]
    assert len(names) == len(set(names))
