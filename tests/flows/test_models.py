"""Real architectures of ultralytics, transformers and segment-anything, tiny and random, through the whole build."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from annotators.segmenters.sam_model import save_sam
from pipeline.release.verify import verify
from tests.annotators.tiny_models import TINY_SAM, save_tiny_rt_detr, save_tiny_sam, save_tiny_yolo, tiny_sam
from tests.flows.corpora import build_small, make_corpus

SAVE = {"yolo": save_tiny_yolo, "rt-detr": save_tiny_rt_detr}


@pytest.mark.parametrize("name", SAVE)
def test_a_corpus_is_detected_and_segmented_by_models(tmp_path: Path, name: str) -> None:
    config = make_corpus(tmp_path / "sources", smears=3, films=3)
    found_by, sam = tmp_path / "detector.safetensors", tmp_path / "sam.safetensors"
    sha256, of_sam = SAVE[name](found_by, ["nodule", "device", "other"]), save_tiny_sam(sam)
    detector = (
        f"annotate.detectors=[{{name: given}}, {{name: {name}, weights: {found_by}, sha256: {sha256}, "
        "image_side_px: 64, confidence: 0.0001, most: 3, labels: {nodule: {kind: finding, name: nodule}}}]"
    )
    segmenter = f"annotate.segmenter={{name: sam, weights: {sam}, sha256: {of_sam}}}"
    built = build_small(config, tmp_path / "work", detector, segmenter)
    assert built.release is not None
    assert [check for check in verify(built.release.folder, full=True) if not check.passed] == []
    rows = [row for path in Path(built.release.folder).glob("*.parquet") for row in pq.read_table(path).to_pylist()]
    found = {region["label"] for row in rows for region in row["regions"]}
    assert {"WBC", "RBC"} < found
    assert found & {"nodule", "device", "other"}
    assert any("sam" in row["provenance"] for row in rows)
    assert all(region["mask"] is not None for row in rows for region in row["regions"])


def test_other_weights_run_annotate_again_and_ingest_not(tmp_path: Path) -> None:
    config = make_corpus(tmp_path / "sources", smears=2, films=2)
    sam = tmp_path / "sam.safetensors"
    save_tiny_sam(sam)
    settings = f"annotate.segmenter={{name: sam, weights: {sam}}}"
    first = build_small(config, tmp_path / "work", settings, until="annotate")
    retrained = tiny_sam()
    retrained.mask_decoder.iou_token.weight.data += 1
    save_sam(retrained, TINY_SAM, sam)
    second = build_small(config, tmp_path / "work", settings, until="annotate")
    assert first.indexes["images"] == second.indexes["images"]
    assert {part.key for part in first.indexes["regions"].parts}.isdisjoint(
        part.key for part in second.indexes["regions"].parts
    )
