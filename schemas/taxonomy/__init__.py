"""Tables of medicine: disease categories, modalities, body parts, source labels, what can be assessed where.

Each table is a CSV file beside the module that reads it; nothing is read before it is asked for. May import
`schemas.lexicon.findings`, which names what a source label means.
"""
