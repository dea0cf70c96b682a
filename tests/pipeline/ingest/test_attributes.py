import pytest

from pipeline.ingest.attributes import identity


def told(kind: str, value: str) -> str:
    return f"<{kind}:{value}>"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", None),
        ("  ", None),
        ("0", None),
        ("0000", None),
        ("ANONYMOUS", None),
        ("Anonymized^", None),
        ("anonymised", None),
        ("N/A", None),
        ("xxxx", None),
        ("Patient ID", None),
        ("1", "<patient:1>"),
        (" 007 ", "<patient:007>"),
        ("ANON-0017", "<patient:ANON-0017>"),
        ("x1", "<patient:x1>"),
        ("Nancy", "<patient:Nancy>"),
    ],
)
def test_only_who_is_named_gets_a_pseudonym(value: str, expected: str | None) -> None:
    assert identity(told, "patient", value) == expected
