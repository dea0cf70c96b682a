"""Captioners: evidence in, four kinds of text out.

`evidence` is what a captioner may say, `captioner` what it gives back, `rules` the writer that needs no weights; its
words lie in `templates/`, whose hash is part of every key. Imports `schemas` alone.
"""
