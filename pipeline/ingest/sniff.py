"""What a file is, by its first bytes, since a name says nothing: pictures, volumes, archives, tables, kinds of text.

NIfTI-1.1 and NIfTI-2 headers, gzip (RFC 1952), Apache Parquet; DICOM also without its preamble.
"""

import codecs
import re
import zlib

HEAD_BYTES = 4096  # what `sniff` needs to see; `format_of` is content with the first 132

RASTER = ("png", "jpeg", "tiff")
READABLE = (*RASTER, "dicom")

_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"II+\0", "tiff"),  # 64-bit offsets
    (b"MM\0+", "tiff"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"BM", "bmp"),
    (b"\x1f\x8b", "gzip"),
    (b"PK\x03\x04", "zip"),
    (b"%PDF", "pdf"),
    (b"NRRD", "nrrd"),
)

# A data set without preamble starts with group 2 or 8: an explicit VR, or a 32-bit length below 64 KiB.
_BARE_DICOM = re.compile(
    rb"[\x02\x08]\0[\0-\x1f]\0(?:(?:AE|CS|DA|DT|LO|OB|SH|TM|UI|UL)|..\0\0)"
    rb"|\0[\x02\x08]\0[\0-\x1f](?:AE|CS|DA|DT|LO|OB|SH|TM|UI|UL)",
    re.DOTALL,
)

_NIFTI_BYTES = 348
_XML = re.compile(r"<(\?xml|!|[A-Za-z_])")
_JSON = re.compile(r"\{\s*([\"}]|$)|\[\s*([\[{\"\d\-tfn\]]|$)")
_DELIMITERS = (",", ";", "\t")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")


def format_of(head: bytes) -> str:
    """A picture, volume or archive that starts with these bytes; `empty` or `unknown` else."""
    if not head:
        return "empty"
    if head[128:132] == b"DICM":
        return "dicom"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    known = next((name for magic, name in _MAGIC if head.startswith(magic)), None)
    return known or ("dicom" if _BARE_DICOM.match(head) else "unknown")


def sniff(head: bytes) -> str:
    """What `format_of` knows, or nifti (also compressed), parquet, xml, json, csv, text.

    `head` is the file's first `HEAD_BYTES`, or all of it.
    """
    found = format_of(head)
    if found == "gzip":
        return "nifti" if _is_nifti(_inflated(head)) else found
    if found not in ("unknown", "bmp"):  # BM starts words, too
        return found
    if head.startswith(b"PAR1"):
        return "parquet"
    return "nifti" if _is_nifti(head) else _kind_of_text(head) or found


def _is_nifti(head: bytes) -> bool:
    return head[344:348] in (b"n+1\x00", b"ni1\x00") or head[4:8] in (b"n+2\x00", b"ni2\x00")


def _inflated(head: bytes) -> bytes:
    """The first bytes of what a gzip file holds; none where it is damaged."""
    try:
        return zlib.decompressobj(wbits=31).decompress(head, _NIFTI_BYTES)
    except zlib.error:
        return b""


def _kind_of_text(head: bytes) -> str | None:
    text = _decoded(head)
    if text is None or _CONTROLS.search(text):
        return None
    start = text.lstrip("\ufeff \t\r\n")
    if _XML.match(start):
        return "xml"
    if _JSON.match(start):
        return "json"
    return "csv" if _is_delimited(start) else "text"


def _decoded(head: bytes) -> str | None:
    """Text, a last character perhaps cut; Latin-1 where it is no UTF-8; None where it holds zero bytes."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return codecs.getincrementaldecoder("utf-16")("replace").decode(head)
    if b"\x00" in head:
        return None
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return head.decode("latin-1")


def _is_delimited(text: str) -> bool:
    lines = text.splitlines()[:2]
    return len(lines) == 2 and any(
        lines[0].count(delimiter) == lines[1].count(delimiter) > 0 for delimiter in _DELIMITERS
    )
