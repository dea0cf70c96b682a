"""Segmenters: pictures and boxes in, a mask within each box out.

`ellipse` needs no weights and is what the others fall back to; `sam` runs a segment-anything model.
Only the `sam*` modules import segment_anything.
"""
