"""A vision-language chat model that runs here, from a folder: requests in, answers out, as `chat/client.py` has them.

`folder` is what lies on disk, `model` what is loaded, `grammar` and `decoding` how an answer is kept to its schema,
`conversation` how a request is shown to the model, `chat` the door. Imports `schemas` and its neighbours in this room;
`model` brings transformers with it, which is slow to import, so import `chat` where you ask.
"""
