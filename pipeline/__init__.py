"""Tables in, tables out: the stages of a corpus, and the runner that computes and commits their parts.

Imports `schemas` and `annotators`; never Prefect.
"""
