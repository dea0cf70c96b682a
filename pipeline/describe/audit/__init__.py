"""Whether a text alone tells that it is true: what sees no picture judges released texts against their negatives.

Reads a release through `pipeline.release.folder` and nothing of the build; `docs/audit.md` tells how to read figures.
"""
