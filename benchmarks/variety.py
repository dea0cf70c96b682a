"""How varied texts by rule are, by kind: words and phrases that differ, and sentences that repeat another one."""

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from benchmarks.corpora import REPOSITORY
from benchmarks.rows import Row
from pipeline.describe.check import sentences
from pipeline.work import Work

KINDS = ("summary", "report", "caption", "paraphrase")
LONGEST = 3  # words of a phrase
_WORD = re.compile(r"[^\W_]+(?:[.'’-][^\W_]+)*")


def variety(corpus: str, captions: pa.Table) -> Iterator[Row]:
    """Of each kind distinct-1 to distinct-3 (Li et al., 2016: different n-grams over all n-grams, none across texts),
    and the share of sentences that another one before them equals. Both depend on how many texts there are.
    """
    for kind, texts in texts_of(captions.to_pylist()).items():
        for n in range(1, LONGEST + 1):
            yield _row(f"distinct-{n}, {corpus}, {kind}", texts, distinct(texts, n), "higher")
        yield _row(f"repeated sentences, {corpus}, {kind}", texts, repeated(texts), "lower")


def _row(what: str, texts: Sequence[str], share: float, better: Any) -> Row:
    return Row(f"{what} (n {len(texts)})", "share", [share], better)


def texts_of(rows: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Of the table `captions`, by kind."""
    texts: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for row in rows:
        if row["rejected"] is None:
            texts["summary"].append(row["summary"])
            texts["report"].append(row["report"])
            for region in row["regions"]:
                texts["caption"].append(region["caption"])
                texts["paraphrase"].append(region["paraphrase"])
    return texts


def distinct(texts: Iterable[str], n: int) -> float:
    """Different runs of n words over all of them."""
    counted = Counter(run for text in texts for run in _runs(_WORD.findall(text.lower()), n))
    return len(counted) / max(1, counted.total())


def _runs(words: Sequence[str], n: int) -> Iterator[tuple[str, ...]]:
    return zip(*(words[i:] for i in range(n)), strict=False)


def repeated(texts: Iterable[str]) -> float:
    """The share of sentences that are not the first of their words."""
    counted = Counter(sentence for text in texts for sentence in sentences(text))
    return 1 - len(counted) / max(1, counted.total())


def real_captions(data: Path, scratch: Path) -> pa.Table:
    """Of `examples/real.yaml`, built as anybody builds it."""
    work = scratch / "real"
    told = ["build", "examples/real.yaml", "--set", f"data={data.resolve()}", "--work", str(work), "--to", "describe"]
    subprocess.run([sys.executable, "-m", "flows.cli", *told], cwd=REPOSITORY, check=True, capture_output=True)
    done = Work(str(work))
    index = done.index("captions")
    return pa.concat_tables([done.read("captions", part.key) for part in (index.parts if index else ())])
