"""Ten lines that feed a PyTorch training loop from released shards; rows are in random order already."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pyarrow.parquet as pq
import torch
from torch.utils.data import IterableDataset, get_worker_info


class ReleasedPairs(IterableDataset[tuple[torch.Tensor, str]]):
    """(image: uint8 (3, height, width), report) of one split; workers share the row groups."""

    def __init__(self, release: Path, split: str = "train") -> None:
        self.shards = sorted(release.glob(f"{split}-*.parquet"))

    def __iter__(self) -> Iterator[tuple[torch.Tensor, str]]:
        worker = get_worker_info()
        groups = [(path, group) for path in self.shards for group in range(pq.read_metadata(path).num_row_groups)]
        for path, group in groups[worker.id :: worker.num_workers] if worker else groups:
            for row in pq.ParquetFile(path).read_row_group(group, columns=["image", "report"]).to_pylist():
                pixels = cv2.imdecode(np.frombuffer(row["image"]["bytes"], np.uint8), cv2.IMREAD_COLOR_RGB)
                yield torch.from_numpy(pixels).permute(2, 0, 1), row["report"]
