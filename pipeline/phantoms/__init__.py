"""Synthetic studies whose every box, mask, fact and sentence is known: the instrument that measures all the rest.

A site is placed first, then what lies there is chosen, so that places, sizes and contrasts tell nothing. One small
module per modality draws backgrounds and lesions over shared primitives. Imports `schemas` alone.
"""
