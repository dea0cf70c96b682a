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
        pa.field("channels", pa.int32()),  # 1 grey, 3 RGB
        pa.field("bits_stored", pa.int32()),  # of the source's samples
        pa.field("encoding", pa.string()),  # jpeg (passed through) or png
        pa.field("modality", pa.string()),  # one of the twelve; null: the header does not say
        pa.field("technique", pa.string()),  # a closed word of its modality
        pa.field("body_part", pa.string()),  # a word of the taxonomy
        pa.field("projection", pa.string()),  # pa, ap, lateral, cc, mlo ...
        pa.field("image_laterality", pa.string()),  # left, right, bilateral: the patient's
        pa.field("axes", pa.list_(pa.string(), 2)),  # patient direction of image +x and +y
        pa.field("plane", pa.string()),  # axial, coronal, sagittal, oblique
        pa.field("mirrored", pa.bool_()),  # right of the picture is right of the patient in a view from the front
        pa.field("spacing_mm", pa.list_(pa.float64(), 2)),  # [row, column] of the stored picture
        pa.field("spacing_basis", pa.string()),  # header, calibrated, nominal, detector, unknown
        pa.field("window", pa.struct([("center", pa.float64()), ("width", pa.float64()), ("name", pa.string())])),
        pa.field("sex", pa.string()),  # F, M, O
        pa.field("age_bucket", pa.string()),  # five years, as 45-49; `under 1`, `90+`
        pa.field("patient", pa.string()),  # keyed pseudonyms
        pa.field("study", pa.string()),  # keyed
        pa.field("series", pa.string()),  # keyed
        pa.field("device", pa.string()),  # a word of the closed list of makers
        pa.field("burned_in", pa.string()),  # annotation: somebody drew into the pixels
        pa.field("recognisable", pa.string()),  # null until faces are looked for
        pa.field("pixel_ops", pa.list_(pa.string())),  # what was done to the pixels, in order
        pa.field("pixel_mean", pa.float32()),  # grey levels, 0 to 255
        pa.field("pixel_std", pa.float32()),  # of all pixels; near 0: nothing to see
        pa.field("image_bytes", pa.int64()),  # length and hash of the next, for whoever need not read it
        pa.field("image_hash", pa.string()),
        pa.field("image", pa.binary()),  # the encoded picture itself
        REJECTED,
    ],
)
