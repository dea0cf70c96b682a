"""Which files a source has, what they are, and which belong together.

Lists a folder into the trace file, reads what is new or changed, gives each file a role, matches annotation files
and table rows to images, and writes the inventory's rows in parts. Imports `schemas` and, of this room, the trace,
the parts and the readers of tables; no decoder of pixels.
"""
