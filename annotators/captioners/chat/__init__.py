"""The way to any server that speaks the chat completions of OpenAI: requests in, answers out, each paid for once.

`request` and `answer` are what goes out and comes back, `client` is the door; `cache` keeps every answer, `ledger` what
it cost, `estimate` what more would cost. Nothing here knows of captions. Imports `schemas` alone; `client` brings the
HTTP library with it, which is slow to import, so import it where you ask.
"""
