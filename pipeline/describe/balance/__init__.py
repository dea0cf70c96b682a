"""As many edits one way as the other: a value is put in as often as it is taken out, beside the same companions.

Counts of each part, one reduction to rates, and negatives kept by these rates part by part.
"""
