"""The phantoms' language: report, summary, region captions, prompts and planted sentences, written from the truth.

The folders `training` and `evaluation` hold the two phrasings, one file a kind of fact; no sentence is in both. The
tables hold words of examinations, what may be denied of a category, and which values exclude each other.
"""
