"""A corpus config: where sources lie, what is selected, annotated, described and released."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from flows.config.read import read_settings
from pipeline.annotate.settings import AnnotateSettings, weights_key
from pipeline.describe.settings import DescribeSettings
from pipeline.ingest.images import IngestSettings
from pipeline.release.settings import ReleaseSettings
from pipeline.select.settings import SelectSettings
from pipeline.sources import SourceSettings
from schemas.errors import ConfigError


class CorpusConfig(BaseModel):
    """Everything but the name and the sources has a default."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    ids: Literal["content", "keyed"] = "keyed"
    previous: None = None  # a release to continue; not yet supported
    set: dict[str, str] = {}
    sources: Annotated[tuple[SourceSettings, ...], Field(min_length=1)]
    ingest: IngestSettings = IngestSettings()
    select: SelectSettings = SelectSettings()
    annotate: AnnotateSettings = AnnotateSettings()
    describe: DescribeSettings = DescribeSettings()
    release: ReleaseSettings = ReleaseSettings()

    @field_validator("sources")
    @classmethod
    def _names_differ(cls, sources: tuple[SourceSettings, ...]) -> tuple[SourceSettings, ...]:
        names = [source.name for source in sources]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two sources are named {twice[0]!r}; give each its own name")
        if odd := [name for name in names if not name or "/" in name or name.startswith(".")]:
            raise ValueError(f"a source's name may not be empty, hold '/' or start with '.': {odd[0]!r}")
        return sources

    @field_validator("release")
    @classmethod
    def _version_is_a_name(cls, release: ReleaseSettings) -> ReleaseSettings:
        name = release.version
        if name is not None and (name == "index.json" or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._+-]*", name)):
            raise ValueError(f"version {release.version!r} names a folder: letters, digits and . _ + - alone")
        return release

    def public(self) -> dict[str, Any]:
        """For a manifest: names of sources, checksums of weights and prompts; no folders, devices, servers."""
        settings = self.model_dump(mode="json", exclude={"set"})
        for source in settings["sources"]:
            for private in ("root", "include", "exclude", "tables", "public"):
                del source[private]
            if source["annotations"]:
                source["annotations"] = {"kind": source["annotations"]["kind"]}
        settings["describe"] = dict(self.describe.key())
        annotate = settings["annotate"]
        for model in (*annotate["detectors"], annotate["segmenter"]):
            model["sha256"] = weights_key(model["weights"])
            for private in ("weights", "device", "batch"):
                del model[private]
        return settings


def read_corpus(path: Path, overrides: tuple[str, ...] = ()) -> CorpusConfig:
    """Raises ConfigError with the place of the first thing that is wrong."""
    config = read_settings(CorpusConfig, path, overrides)
    splits = config.select.splits
    if not abs(sum(splits.values()) - 1) <= 1e-6:  # so that NaN is wrong, too
        raise ConfigError("select.splits", f"fractions sum to {sum(splits.values()):g}; they must sum to 1")
    for place, value, least, most in _ranges(config):
        if not least <= value <= most:
            raise ConfigError(place, f"{value:g} is not from {least:g} to {most:g}")
    return config


def _ranges(config: CorpusConfig) -> Iterator[tuple[str, float, float, float]]:
    """Numbers that would fail late, or give nonsense: place, value, least and greatest."""
    ingest, select, annotate, release = config.ingest, config.select, config.annotate, config.release
    yield "ingest.limit_px", ingest.limit_px, 64, 65_500
    yield "ingest.max_megapixels", ingest.max_megapixels, 1, 4000
    yield "ingest.max_file_mb", ingest.max_file_mb, 1, 1_000_000
    yield "select.min_side_px", select.min_side_px, 1, 65_500
    yield "annotate.overlap", annotate.overlap, 0.01, 1
    for i, source in enumerate(config.sources):
        yield f"sources.{i}.rejected_limit", source.rejected_limit, 0, 1
    for i, detector in enumerate(annotate.detectors):
        yield f"annotate.detectors.{i}.confidence", detector.confidence, 0, 1
        yield f"annotate.detectors.{i}.most", detector.most, 1, 10_000
        yield f"annotate.detectors.{i}.threads", detector.threads, 1, 1024
    for name in ("negatives_per_region", "negatives_per_report", "names_per_report", "relations_per_report"):
        yield f"describe.{name}", getattr(config.describe, name), 0, 100
    yield "describe.regions_with_negatives", config.describe.regions_with_negatives, 0, 10_000
    yield "release.global_side_px", release.global_side_px, 64, 65_500
    yield "release.crop_side_px", release.crop_side_px, 16, 65_500
    yield "release.crop_context", release.crop_context, 0, 10
    yield "release.jpeg_quality", release.jpeg_quality, 1, 100
    yield "release.shard_rows", release.shard_rows, 1, 1_000_000
    yield "release.shard_bytes", release.shard_bytes, 1_000_000, 10_000_000_000
