"""What a record is and how it lies on disk: tables, ids, keys, boxes, masks, facts, taxonomy, errors.

Imports nothing of this project, and neither torch, Prefect nor anything that reaches a network.
"""
