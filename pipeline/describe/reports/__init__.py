"""Facts of what a person wrote about a picture: sentences, statements of them, and what annotation says to them.

Only closed words leave this folder: names of the lexicon, places, sides, looks; never a word of the report.
"""
