"""From regions to texts: facts, evidence, writer, check, negatives.

What a text may say is decided here; how it is said lies in `annotators.captioners`.
"""
