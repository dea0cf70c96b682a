"""The writer that asks a chat model, whoever runs it.

`writer` is the captioner; `prompt` reads a file of `captioners/prompts`, `facts` puts evidence into words, `views`
makes small JPEGs of a picture and its regions, `request` puts these together, `answer` takes texts out of what
came back.
Imports `schemas` and its neighbours in `captioners`.
"""
