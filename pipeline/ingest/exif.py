"""Which way up a camera held: the one EXIF tag that concerns pixels."""

import struct

ORIENTATION = 274
UPRIGHT = 1


def orientation_of(exif: bytes) -> int:
    """1 to 8 as in the TIFF structure `exif` (without `Exif\\0\\0`); 1 where it is absent or damaged."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(exif[:4])
    if order is None:
        return UPRIGHT
    try:
        (start,) = struct.unpack_from(f"{order}I", exif, 4)
        (count,) = struct.unpack_from(f"{order}H", exif, start)
        for entry in range(start + 2, start + 2 + 12 * count, 12):
            tag, kind, _, value = struct.unpack_from(f"{order}HHIH", exif, entry)
            if tag == ORIENTATION and kind == 3:
                return value if 1 <= value <= 8 else UPRIGHT
    except struct.error:  # the structure ends before its own end
        pass
    return UPRIGHT
