"""Which losses a stage adds up, on one batch."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch

from pipeline.clip.batches import Batch, Described
from pipeline.clip.losses import own_negatives_loss, sigmoid_loss, softmax_loss
from pipeline.clip.model import Embedded, RegionClip
from pipeline.clip.samples import Text, Version, distinct
from pipeline.clip.settings import StageSettings
from pipeline.clip.targets import targets
from pipeline.clip.text_vectors import TextVectors

Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
NEGATIVES_A_TEXT = 2  # of its own false versions, and as many of other texts that are false of its region
INFORMED = "_roi"  # behind the name of a loss on z_global_roi
LOSSES: dict[str, Loss] = {"sigmoid": sigmoid_loss, "softmax": softmax_loss}


@dataclass(frozen=True)
class TextTable:
    """Vectors of distinct texts, each encoded once."""

    vectors: torch.Tensor
    place: dict[str, int]

    def of(self, texts: Sequence[str]) -> torch.Tensor:
        return self.vectors[torch.tensor([self.place[text] for text in texts], device=self.vectors.device)]


def losses(
    model: RegionClip, encode: TextVectors, batch: Batch, stage: StageSettings, turn: int = 0
) -> dict[str, torch.Tensor]:
    """Unweighted, by name; those alone that the stage asks for. `turn` picks among a text's false versions."""
    device = model.image_head.weight.device
    views = batch.views.to(device)
    embedded = model.embed_images(views, roi=stage.roi)
    own = _own_negatives(batch.described, turn) if stage.negatives else []
    texts = _texts(batch, stage, own)
    table = TextTable(encode(texts), {text: i for i, text in enumerate(texts)})
    loss, found = LOSSES[model.settings.loss], dict[str, torch.Tensor]()
    for name, of_images in (("report", batch.reports), ("summary", batch.summaries)):
        if getattr(stage, name):
            pairs = _image_pairs(batch, of_images)
            found[name] = _image_loss(model, embedded.z_global, pairs, table, loss)
            if stage.roi:
                found[f"{name}{INFORMED}"] = _image_loss(model, embedded.z_global_roi, pairs, table, loss)
    if stage.roi and batch.described and (stage.region or stage.negatives):
        found.update(_region_losses(model, embedded, batch.described, table, stage, own))
    return found or {"region": embedded.z_global.sum() * 0}  # nothing of this batch has a text that the stage asks for


def total(found: dict[str, torch.Tensor], stage: StageSettings) -> torch.Tensor:
    """Weighted as the stage says; what a picture tells with its regions counts as what it tells alone."""
    return torch.stack([getattr(stage, name.removesuffix(INFORMED)) * loss for name, loss in found.items()]).sum()


def _texts(batch: Batch, stage: StageSettings, own: Sequence[Sequence[Version]]) -> list[str]:
    """Distinct, in a fixed order."""
    of_images = [
        text.words
        for name, texts in (("report", batch.reports), ("summary", batch.summaries))
        if getattr(stage, name)
        for text in texts
        if text is not None
    ]
    regions = batch.described if stage.roi and (stage.region or stage.negatives) else ()
    of_regions = [each.text.words for each in regions]
    versions = (text for each in own for pair in each for text in (pair.true, pair.false))
    return list(dict.fromkeys([*of_images, *of_regions, *versions]))


@dataclass(frozen=True)
class _Pairs:
    """Pictures of a batch that have a text, `rows`; the distinct texts; `known` (rows, texts) as `targets` has it."""

    rows: list[int]
    texts: list[str]
    known: torch.Tensor


def _image_pairs(batch: Batch, texts: Sequence[Text | None]) -> _Pairs:
    own = [(i, text) for i, text in enumerate(texts) if text is not None]
    texts_once = distinct(text for _, text in own)
    known = targets([batch.subjects[i] for i, _ in own], [text.claims for text in texts_once.values()])
    place = {words: j for j, words in enumerate(texts_once)}
    for row, (_, text) in enumerate(own):
        known[row, place[text.words]] = 1  # its own text, whatever of it is compared
    return _Pairs([i for i, _ in own], list(texts_once), known)


def _image_loss(model: RegionClip, z: torch.Tensor, pairs: _Pairs, table: TextTable, loss: Loss) -> torch.Tensor:
    if not pairs.rows:
        return z.sum() * 0
    return loss(model.logits(z[pairs.rows], table.of(pairs.texts), "image"), pairs.known.to(z.device))


def _region_losses(
    model: RegionClip,
    embedded: Embedded,
    described: Sequence[Described],
    table: TextTable,
    stage: StageSettings,
    own: Sequence[Sequence[Version]],
) -> dict[str, torch.Tensor]:
    z = embedded.z_region[[each.row for each in described], [each.column for each in described]]
    columns = distinct(each.text for each in described)
    place = {words: j for j, words in enumerate(columns)}
    mine = torch.tensor([place[each.text.words] for each in described])
    known = targets([each.subject for each in described], [text.claims for text in columns.values()])
    known[torch.arange(len(described)), mine] = 1
    known = known.to(z.device)
    logits = model.logits(z, table.of(list(columns)), "region")
    found = {"region": LOSSES[model.settings.loss](logits, known)} if stage.region else {}
    if stage.negatives:
        told = logits[torch.arange(len(described), device=z.device), mine.to(z.device)]
        true, false, valid = _version_logits(model, z, table, own)
        hard, there = _hardest(logits, known)
        found["negatives"] = own_negatives_loss(
            torch.cat([true, told[:, None].expand_as(hard)], 1),
            torch.cat([false, hard], 1),
            torch.cat([valid, there], 1),
        )
    return found


def _own_negatives(described: Sequence[Described], turn: int) -> list[tuple[Version, ...]]:
    """Of each region some of its false versions, others each turn."""
    return [tuple(_some(each.negatives, turn)) for each in described]


def _some(negatives: Sequence[Version], turn: int) -> Iterator[Version]:
    for i in range(min(NEGATIVES_A_TEXT, len(negatives))):
        yield negatives[(turn + i) % len(negatives)]


def _version_logits(
    model: RegionClip, z: torch.Tensor, table: TextTable, own: Sequence[Sequence[Version]]
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Of each region with its own true and false texts: (n, NEGATIVES_A_TEXT) both, and which there are."""
    nothing = z.new_zeros(len(own), NEGATIVES_A_TEXT)
    valid = torch.zeros_like(nothing, dtype=torch.bool)
    pairs = [(i, j, pair) for i, versions in enumerate(own) for j, pair in enumerate(versions)]
    if not pairs:
        return nothing, nothing, valid
    rows = torch.tensor([i for i, _, _ in pairs], device=z.device)
    columns = torch.tensor([j for _, j, _ in pairs], device=z.device)
    valid[rows, columns] = True
    true, false = (
        model.paired_logits(z[rows], table.of(texts), "region")
        for texts in ([pair.true for _, _, pair in pairs], [pair.false for _, _, pair in pairs])
    )
    return nothing.index_put((rows, columns), true), nothing.index_put((rows, columns), false), valid


def _hardest(logits: torch.Tensor, known: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The texts of the batch that are certainly false of a region and nearest to it: true elsewhere, so that no text is
    known as false by its words alone.
    """
    lowest = torch.finfo(logits.dtype).min
    nearest, _ = logits.masked_fill(known != -1, lowest).topk(min(NEGATIVES_A_TEXT, logits.shape[1]), dim=1)
    return nearest, nearest > lowest
