"""The Arrow schema of each table, one file a table, each with its version in the schema's metadata.

Inside the work directory a row is keyed by (source, item, frame, view): `view` is a window or a tile of a frame.
"""
