"""What a file is, by its first bytes: a name says nothing."""

import re

HEAD_BYTES = 132  # what `format_of` needs to see

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


def format_of(head: bytes) -> str:
    """The format of a file that starts with these bytes (HEAD_BYTES suffice); `empty` or `unknown` else."""
    if not head:
        return "empty"
    if head[128:132] == b"DICM":
        return "dicom"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    known = next((name for magic, name in _MAGIC if head.startswith(magic)), None)
    return known or ("dicom" if _BARE_DICOM.match(head) else "unknown")
