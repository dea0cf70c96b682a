"""What a checkpoint is worth: tables with intervals over patients, beside floors and controls.

Every score names its regime: `none` (no box is given) or `oracle` (the release's own boxes).
"""
