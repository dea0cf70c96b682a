"""Source files in, two tables out: `images` (pixels, allow-listed attributes) and `records` (what a person typed).

Readers of single formats know nothing of tables; `images` and `records` are the stages. Imports `schemas` and
`pipeline.stage`, never another stage.
"""
