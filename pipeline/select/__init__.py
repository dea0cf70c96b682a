"""Which pictures stay, in which split, with whose annotations: signatures a part, one reduction, decisions a part.

May import `schemas` and, of this room, `sources`.
"""
