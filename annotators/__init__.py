"""Whoever looks at an image and says something, a model or a person: detectors, segmenters, captioners.

Imports `schemas` alone. Knows pictures, boxes and masks; no tables, no parts, no orchestration. `proposal` and
`weights` cost nothing to import; modules that run a model import torch, so name them where a model is made.
"""
