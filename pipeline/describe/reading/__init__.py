"""What a text says, read as text by rule, whoever wrote it: words, names of the lexicon, how they are asserted,
places, numbers, change. It knows no facts; `pipeline/describe/check.py` holds a reading against them.
"""
