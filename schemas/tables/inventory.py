"""Every file of every source: what it is, and which files support which image. Never a path."""

import pyarrow as pa

from schemas.tables.columns import REJECTED, versioned

ROLES = ("image", "annotation", "table", "other")

INVENTORY = versioned(
    "inventory",
    1,
    [
        pa.field("source", pa.string(), nullable=False),  # name of the source in the config
        pa.field("item", pa.string(), nullable=False),  # keyed hash of source and relative path
        pa.field("sha256", pa.string()),  # of the file; null where it was not read
        pa.field("size_bytes", pa.int64(), nullable=False),  # as the file system says
        pa.field("format", pa.string(), nullable=False),  # by its first bytes, not by its name
        pa.field("role", pa.string(), nullable=False),  # one of ROLES
        # annotation files of this image: their items and checksums, so that a changed one changes this row
        pa.field(
            "support",
            pa.list_(pa.struct([("item", pa.string()), ("sha256", pa.string()), ("kind", pa.string())])),
        ),
        # what joined tables say of this image, as a JSON object; patients, studies and lesions as keyed pseudonyms
        pa.field("record", pa.string()),
        # an image's enclosing unit, keyed: its folder, its source or itself; null where patients are known
        pa.field("group", pa.string()),
        pa.field("used_by", pa.int64()),  # of an annotation or table: by how many images; null for images
        REJECTED,
    ],
)
