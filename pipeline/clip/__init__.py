"""RegionMed-CLIP: released shards in, a checkpoint and its tables out.

Reads a release through `pipeline.release.folder` and nothing of the build. `docs/model.md` writes the model down.
"""
