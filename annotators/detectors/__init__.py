"""Detectors: pictures in, labelled boxes out.

`classical` needs no weights, `yolo` runs an ultralytics model, `rt_detr` a transformers one; each library has its
home in these modules alone. What came with a source needs no detector: `pipeline.annotate` hands it on.
"""
