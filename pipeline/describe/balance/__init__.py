"""As many edits one way as the other: a value is put in as often as it is taken out, beside the same companions.

Edits are counted part by part, all counts become rates at once, and negatives are kept by these part by part.
"""
