"""`report.html`: one page, without any request, by which a stranger judges a release."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypedDict

from markupsafe import Markup

from pipeline.intervals import clopper_pearson
from pipeline.release import svg
from pipeline.release.card import splits
from pipeline.release.contact import contact_sheet
from pipeline.release.folder import ReleaseFolder
from pipeline.release.manifest import FILE_STATUSES, IMAGE_STATUSES, Ledger
from pipeline.release.pages import render
from pipeline.release.survey import Survey, survey

STATUS_CLASSES = {
    "released": "good", "opened": "good", "support": "calm", "excluded": "mild", "duplicate": "calm",
    "withdrawn": "mild", "rejected": "bad",
}  # fmt: skip
SPLIT_CLASSES = {"train": "s0", "validation": "s1", "test": "s2"}
LABELS_CHARTED = 24


class Timing(TypedDict):
    """How long a stage took in the run that wrote the report."""

    stage: str
    parts: int
    cached: int  # of the parts, those that an earlier run had committed
    seconds: float
    images_per_second: float | None


@dataclass(frozen=True)
class RunFacts:
    """What only the run knows: timings and where it ran, which the manifest leaves out."""

    timings: Sequence[Timing] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)  # closed word -> one sentence
    finished: str = ""  # date and time, as text
    machine: str = ""


def render_report(folder: ReleaseFolder, facts: RunFacts) -> str:
    """The page of a finished release; reads its manifest and, a row group at a time, its shards."""
    manifest = folder.manifest()
    found = survey(folder)
    return render(
        "report.html.j2",
        facts=facts,
        styles=Markup(render("report.css")),
        bytes_total=sum(file["bytes"] for file in manifest["files"]),
        ledgers=[
            _ledger(manifest, "files", FILE_STATUSES, facts),
            _ledger(manifest, "images", IMAGE_STATUSES, facts),
        ],
        pictures=contact_sheet(folder, found.shown()),
        charts=_charts(found, manifest),
        split_rows=_split_rows(manifest),
        texts=_texts(found),
        few=_few(found, facts.reasons),
        left_out=_explained(found.left_out, facts.reasons),
        reports_left_out=found.reports_left_out,
        manifest=manifest,
    )


def _ledger(manifest: Mapping[str, Any], name: str, statuses: Iterable[str], facts: RunFacts) -> dict[str, Any]:
    """One ledger as the page shows it: a strip, a table by source, and the reasons with their sentences."""
    ledger: Ledger = manifest["ledgers"][name]
    sources = sorted({row["source"] for row in ledger["rows"]})
    table = {source: {status: _sum(ledger, source, status) for status in statuses} for source in sources}
    totals = {status: sum(row[status] for row in table.values()) for status in statuses}
    used = [status for status in statuses if totals[status]]
    return {
        "name": name,
        "total": ledger["total"],
        "statuses": used,
        "classes": STATUS_CLASSES,
        "strip": svg.strip({status: totals[status] for status in used}, STATUS_CLASSES),
        "table": table,
        "totals": totals,
        "reasons": _reasons(ledger, facts.reasons),
    }


def _sum(ledger: Ledger, source: str, status: str) -> int:
    return sum(row["count"] for row in ledger["rows"] if (row["source"], row["status"]) == (source, status))


def _reasons(ledger: Ledger, sentences: Mapping[str, str]) -> list[dict[str, Any]]:
    counts: dict[tuple[str, str], int] = {}
    for row in ledger["rows"]:
        if row["reason"]:
            counts[row["status"], row["reason"]] = counts.get((row["status"], row["reason"]), 0) + row["count"]
    ordered = sorted(counts.items(), key=lambda item: (item[0][0], -item[1], item[0][1]))
    return [
        {"status": status, "reason": reason, "count": count, "sentence": sentences.get(reason, "")}
        for (status, reason), count in ordered
    ]


def _charts(found: Survey, manifest: Mapping[str, Any]) -> dict[str, Markup]:
    order = splits(manifest)
    classes = {split: SPLIT_CLASSES.get(split, "s3") for split in order}
    stacked = {
        name: {key: {split: amounts[split] for split in order if amounts[split]} for key, amounts in _largest(groups)}
        for name, groups in found.splits_of.items()
    }
    labels = _bars({name: row["regions"] for name, row in manifest["counts"]["by_label"].items()})
    return {
        **{name: svg.bars(groups, classes) for name, groups in stacked.items()},
        "label": svg.bars(dict(list(labels.items())[:LABELS_CHARTED]), {"regions": "s4"}),
        "label_source": svg.bars(_bars(manifest["counts"]["by_label_source"]), {"regions": "s4"}),
        "segmenter": svg.bars(_bars(manifest["counts"]["by_segmenter"]), {"regions": "s4"}),
        "sizes": svg.histogram(found.region_sizes, "s4"),
        "per_image": svg.histogram(found.regions_per_image, "s4"),
    }


def _texts(found: Survey) -> dict[str, Any]:
    """Texts by writer and outcome; of those that no check let pass in the end, none, with the bound that this shows."""
    total = found.outcomes.total()
    rows = [
        {"writer": writer, "outcome": outcome, "count": count, "interval": clopper_pearson(count, total)}
        for (writer, outcome), count in sorted(found.outcomes.items())
    ]
    return {
        "total": total,
        "rows": rows,
        "failures": sorted(found.failures.items(), key=lambda item: (-item[1], item[0])),
        "bound": clopper_pearson(0, total)[1],
    }


def _few(found: Survey, sentences: Mapping[str, str]) -> dict[str, Any]:
    """Regions with few negatives, and why."""
    return {"regions": found.regions, "few": found.few, "rows": _explained(found.few_because, sentences)}


def _explained(counts: Mapping[str, int], sentences: Mapping[str, str]) -> list[dict[str, Any]]:
    """Reasons, the commonest first, with what they mean."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [{"reason": reason, "count": count, "sentence": sentences.get(reason, "")} for reason, count in ordered]


def _bars(amounts: Mapping[str, int]) -> dict[str, dict[str, int]]:
    ordered = sorted(amounts.items(), key=lambda item: (-item[1], item[0]))
    return {name: {"regions": regions} for name, regions in ordered}


def _largest(groups: Mapping[str, Mapping[str, int]]) -> list[tuple[str, Mapping[str, int]]]:
    return sorted(groups.items(), key=lambda item: (-sum(item[1].values()), item[0]))


def _split_rows(manifest: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Of each split: images, groups, their shares, and the share that the config asks for."""
    counts = manifest["counts"]
    images, groups = (max(1, counts["total"][name]) for name in ("images", "groups"))
    asked = manifest["config"].get("select", {}).get("splits", {})
    return [
        {
            "split": split,
            "images": counts["by_split"][split]["images"],
            "groups": counts["groups_by_split"][split],
            "image_share": counts["by_split"][split]["images"] / images,
            "group_share": counts["groups_by_split"][split] / groups,
            "asked": asked.get(split),
        }
        for split in splits(manifest)
    ]
