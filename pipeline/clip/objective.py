"""Which losses a stage adds up, on one batch."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch

from pipeline.clip.batches import Batch, Told
from pipeline.clip.losses import own_negatives_loss, sigmoid_loss, softmax_loss
from pipeline.clip.model import Embedded, RegionClip
from pipeline.clip.samples import Text
from pipeline.clip.settings import StageSettings
from pipeline.clip.statements import targets
from pipeline.clip.tokenizer import Tokenizer

Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
NEGATIVES_A_TEXT = 2  # of its own false versions, and as many of other texts that are false of its region
LOSSES: dict[str, Loss] = {"sigmoid": sigmoid_loss, "softmax": softmax_loss}


@dataclass(frozen=True)
class TextTable:
    """Vectors of distinct texts, each encoded once."""

    vectors: torch.Tensor
    place: dict[str, int]

    def of(self, texts: Sequence[str]) -> torch.Tensor:
        return self.vectors[torch.tensor([self.place[text] for text in texts], device=self.vectors.device)]


def losses(
    model: RegionClip, tokenizer: Tokenizer, batch: Batch, stage: StageSettings, turn: int = 0
) -> dict[str, torch.Tensor]:
    """Unweighted, by name; those alone that the stage asks for. `turn` picks among a text's false versions."""
    device = model.image_head.weight.device
    views = batch.views.to(device)
    embedded = model.embed_images(views, roi=stage.roi)
    own = _own_negatives(batch.told, turn) if stage.negatives else []
    table = _encoded(model, tokenizer, _texts(batch, stage, own))
    loss, found = LOSSES[model.settings.loss], dict[str, torch.Tensor]()
    for name, texts in (("report", batch.reports), ("summary", batch.summaries)):
        if getattr(stage, name):
            found[name] = _image_loss(model, embedded.z_global, batch, texts, table, loss)
    if stage.roi and stage.report:
        found["report_roi"] = _image_loss(model, embedded.z_global_roi, batch, batch.reports, table, loss)
    if stage.roi and batch.told and (stage.region or stage.negatives):
        found.update(_region_losses(model, embedded, batch.told, table, stage, own))
    return found


def total(found: dict[str, torch.Tensor], stage: StageSettings) -> torch.Tensor:
    """Weighted as the stage says; what the picture tells with its regions counts as its report does."""
    weights = {**vars(stage), "report_roi": stage.report}
    return torch.stack([weights[name] * loss for name, loss in found.items()]).sum()


def _texts(batch: Batch, stage: StageSettings, own: Sequence[Sequence[str]]) -> list[str]:
    """Distinct, in a fixed order."""
    of_images = [
        text.words
        for name, texts in (("report", batch.reports), ("summary", batch.summaries))
        if getattr(stage, name)
        for text in texts
        if text is not None
    ]
    of_regions = [told.text.words for told in batch.told] if stage.roi and (stage.region or stage.negatives) else []
    return list(dict.fromkeys([*of_images, *of_regions, *(text for each in own for text in each)]))


def _encoded(model: RegionClip, tokenizer: Tokenizer, texts: Sequence[str]) -> TextTable:
    device = model.image_head.weight.device
    vectors = model.embed_texts(tokenizer(texts).to(device)) if texts else model.text_head.weight.new_zeros(0, 1)
    return TextTable(vectors, {text: i for i, text in enumerate(texts)})


def _image_loss(
    model: RegionClip, z: torch.Tensor, batch: Batch, texts: Sequence[Text | None], table: TextTable, loss: Loss
) -> torch.Tensor:
    rows = [i for i, text in enumerate(texts) if text is not None]
    told = [text for text in texts if text is not None]
    if not told:
        return z.sum() * 0
    columns = {text.words: text for text in told}
    known = targets([batch.subjects[i] for i in rows], [text.claims for text in columns.values()])
    place = {words: j for j, words in enumerate(columns)}
    for i, text in enumerate(told):
        known[i, place[text.words]] = 1  # its own text, whatever of it is compared
    return loss(model.logits(z[rows], table.of(list(columns)), "image"), known.to(z.device))


def _region_losses(
    model: RegionClip,
    embedded: Embedded,
    told: Sequence[Told],
    table: TextTable,
    stage: StageSettings,
    own: Sequence[Sequence[str]],
) -> dict[str, torch.Tensor]:
    z = embedded.z_region[[each.row for each in told], [each.column for each in told]]
    columns = {each.text.words: each.text for each in told}
    place = {words: j for j, words in enumerate(columns)}
    mine = torch.tensor([place[each.text.words] for each in told])
    known = targets([each.subject for each in told], [text.claims for text in columns.values()])
    known[torch.arange(len(told)), mine] = 1
    known = known.to(z.device)
    logits = model.logits(z, table.of(list(columns)), "region")
    found = {"region": LOSSES[model.settings.loss](logits, known)} if stage.region else {}
    if stage.negatives:
        positive = logits[torch.arange(len(told), device=z.device), mine.to(z.device)]
        false, valid = _false_logits(model, z, table, own)
        hard, there = _hardest(logits, known)
        found["negatives"] = own_negatives_loss(positive, torch.cat([false, hard], 1), torch.cat([valid, there], 1))
    return found


def _own_negatives(told: Sequence[Told], turn: int) -> list[tuple[str, ...]]:
    """Of each text some of its false versions, others each turn."""
    return [tuple(_some(each.negatives, turn)) for each in told]


def _some(negatives: Sequence[str], turn: int) -> Iterator[str]:
    for i in range(min(NEGATIVES_A_TEXT, len(negatives))):
        yield negatives[(turn + i) % len(negatives)]


def _false_logits(
    model: RegionClip, z: torch.Tensor, table: TextTable, own: Sequence[Sequence[str]]
) -> tuple[torch.Tensor, torch.Tensor]:
    """Of each region with its own false texts: (n, NEGATIVES_A_TEXT), and which there are."""
    logits = z.new_zeros(len(own), NEGATIVES_A_TEXT)
    valid = torch.zeros_like(logits, dtype=torch.bool)
    pairs = [(i, j, text) for i, texts in enumerate(own) for j, text in enumerate(texts)]
    if not pairs:
        return logits, valid
    rows = torch.tensor([i for i, _, _ in pairs], device=z.device)
    columns = torch.tensor([j for _, j, _ in pairs], device=z.device)
    found = model.paired_logits(z[rows], table.of([text for _, _, text in pairs]), "region")
    valid[rows, columns] = True
    return logits.index_put((rows, columns), found), valid


def _hardest(logits: torch.Tensor, known: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The texts of the batch that are certainly false of a region and nearest to it: true elsewhere, so that no text is
    known as false by its words alone.
    """
    lowest = torch.finfo(logits.dtype).min
    nearest, _ = logits.masked_fill(known != -1, lowest).topk(min(NEGATIVES_A_TEXT, logits.shape[1]), dim=1)
    return nearest, nearest > lowest
