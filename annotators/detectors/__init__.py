"""Detectors: pictures in, labelled boxes out.

`given` hands on what came with the images, `classical` needs no weights, `yolo` runs an ultralytics model.
Only the `yolo*` modules import ultralytics, since that library changes its process when it is imported.
"""
