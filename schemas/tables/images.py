"""One row a picture: 8-bit pixels at source resolution up to a limit, and the allow-listed attributes."""

import pyarrow as pa

from schemas.tables.columns import KEY, REJECTED, versioned

IMAGES = versioned(
    "images",
    1,
    [
        *KEY,
        pa.field("pixel_hash", pa.string()),  # of the decoded source pixels, 128 bit, hexadecimal
        pa.field("width", pa.int32()),  # of the stored picture, upright
        pa.field("height", pa.int32()),
        pa.field("source_width", pa.int32()),  # upright, before the limit
        pa.field("source_height", pa.int32()),
        pa.field("scale", pa.float64()),  # stored / source, at most 1
        pa.field("channels", pa.int32()),
        pa.field("bits_stored", pa.int32()),
        pa.field("encoding", pa.string()),  # jpeg (passed through) or png
        pa.field("modality", pa.string()),
        pa.field("technique", pa.string()),
        pa.field("body_part", pa.string()),
        pa.field("projection", pa.string()),
        pa.field("image_laterality", pa.string()),
        pa.field("axes", pa.list_(pa.string(), 2)),  # patient direction of image +x and +y
        pa.field("plane", pa.string()),
        pa.field("mirrored", pa.bool_()),
        pa.field("spacing_mm", pa.list_(pa.float64(), 2)),  # [row, column] of the stored picture
        pa.field("spacing_basis", pa.string()),  # header, calibrated, nominal, detector, unknown
        pa.field("window", pa.struct([("center", pa.float64()), ("width", pa.float64()), ("name", pa.string())])),
        pa.field("sex", pa.string()),
        pa.field("age_bucket", pa.string()),
        pa.field("patient", pa.string()),  # keyed pseudonyms
        pa.field("study", pa.string()),
        pa.field("series", pa.string()),
        pa.field("device", pa.string()),
        pa.field("burned_in", pa.string()),
        pa.field("recognisable", pa.string()),
        pa.field("pixel_ops", pa.list_(pa.string())),
        pa.field("pixel_mean", pa.float32()),  # grey levels, 0 to 255
        pa.field("pixel_std", pa.float32()),
        pa.field("image_bytes", pa.int64()),  # length and hash of the next, for whoever need not read it
        pa.field("image_hash", pa.string()),
        pa.field("image", pa.binary()),
        REJECTED,
    ],
)
