"""`README.md`: the dataset card, with the front matter that the Hub and `load_dataset` read."""

from collections.abc import Mapping
from itertools import zip_longest
from typing import Any

import yaml

from pipeline.release.pages import number, render

SPLIT_ORDER = ("train", "validation", "test")
SIZES = (
    (1e3, "n<1K"),
    (1e4, "1K<n<10K"),
    (1e5, "10K<n<100K"),
    (1e6, "100K<n<1M"),
    (1e7, "1M<n<10M"),
    (1e8, "10M<n<100M"),
)
# Our ids that the Hub knows too, in lower case.
HUB_LICENCES = {
    "mit", "apache-2.0", "bsd-2-clause", "bsd-3-clause", "cc0-1.0", "cc-by-2.0", "cc-by-2.5", "cc-by-3.0",
    "cc-by-4.0", "cc-by-sa-3.0", "cc-by-sa-4.0", "cc-by-nc-3.0", "cc-by-nc-4.0", "cc-by-nc-sa-3.0",
    "cc-by-nc-sa-4.0", "cc-by-nc-nd-4.0", "cc-by-nd-4.0", "cdla-permissive-2.0",
}  # fmt: skip


def render_card(manifest: Mapping[str, Any]) -> str:
    """The card of a release whose manifest lists its shards; without a date, the same for the same rows."""
    counts = manifest["counts"]
    makers = zip_longest(
        *(
            ((name, number(regions)) for name, regions in counts[key].items())
            for key in ("by_label_source", "by_segmenter")
        ),
        fillvalue=("", ""),
    )
    known = {"front_matter": front_matter(manifest), "splits": splits(manifest), "makers": list(makers)}
    return render("card.md.j2", **known, **manifest)


def front_matter(manifest: Mapping[str, Any]) -> str:
    """YAML between the dashes: licences, splits as globs of shards, tasks, size."""
    counts = manifest["counts"]
    images = counts["total"]["images"]
    known = {
        "pretty_name": manifest["name"],
        **licence_fields(list(counts["by_licence"])),
        "language": ["en"],
        "tags": ["medical", "image", "text", "regions"],
        "task_categories": ["image-to-text", "zero-shot-image-classification", "object-detection"],
        "size_categories": [next((name for limit, name in SIZES if images < limit), "n>1T")],
        "configs": [{"config_name": "default", "data_files": _data_files(manifest)}],
    }
    return yaml.safe_dump(known, sort_keys=False, allow_unicode=True).strip()


def licence_fields(licences: list[str]) -> dict[str, Any]:
    """The Hub's names of the rows' licences; `other` where one has no name there."""
    named = [licence.lower() for licence in licences]
    if named and HUB_LICENCES.issuperset(named):
        return {"license": named}
    return {"license": "other", "license_name": "per-row", "license_link": "README.md"}


def splits(manifest: Mapping[str, Any]) -> list[str]:
    """Splits that hold images, in the usual order."""
    found = manifest["counts"]["by_split"]
    return [split for split in SPLIT_ORDER if split in found] + sorted(set(found) - set(SPLIT_ORDER))


def _data_files(manifest: Mapping[str, Any]) -> list[dict[str, str]]:
    return [{"split": split, "path": f"{split}-*.parquet"} for split in splits(manifest)]
