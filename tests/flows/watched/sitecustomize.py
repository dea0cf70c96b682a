"""Python runs this first in every process that has this folder on its path: notes and refuses what leaves loopback."""

import os
import sys
from typing import Any

LOOPBACK = ("localhost", "127.", "::1")
EVENTS = {"socket.connect": 1, "socket.sendto": 1, "socket.getaddrinfo": 0, "socket.gethostbyname": 0}


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event not in EVENTS or EVENTS[event] >= len(arguments):
        return
    address = arguments[EVENTS[event]]
    host = str(address[0] if isinstance(address, tuple) else address)
    if host.startswith((*LOOPBACK, "/", "None")) or (isinstance(address, bytes | str) and event == "socket.connect"):
        return
    with open(os.environ["MEDREGION_REACHED"], "a") as log:  # noqa: PTH123  nothing may be imported here
        log.write(f"{event} {host}\n")
    raise OSError(f"{host} is not here")


sys.addaudithook(watch)
