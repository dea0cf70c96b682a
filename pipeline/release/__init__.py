"""From the tables of a work directory to what a stranger downloads: shards, manifest, card, report, proof.

Imports `schemas` and its neighbours in `pipeline`; shards go to a file that the caller opens and commits.
"""
