"""Where requests go, whether they may, and what opens the door."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.request import getproxies, proxy_bypass

import httpx2

from annotators.captioners.chat.settings import ServerSettings
from schemas.errors import ConfigError, ServerError

_VISIBLE = re.compile(r"[!-~]+")  # what a header can carry


@dataclass(frozen=True)
class Address:
    """Checked: nothing else is asked. `credential` is empty where there is none."""

    url: httpx2.URL  # of the chat completions
    credential: str = field(repr=False)
    proxy: str | None = field(default=None, repr=False)  # may hold a credential of its own


def address(settings: ServerSettings, environment: Mapping[str, str]) -> Address:
    """Raises ConfigError for an address that is none, ServerError for one that must not be asked.

    No name is looked up: this machine is `localhost`, 127.0.0.0/8 and ::1. A credential never goes to another machine
    unencrypted. Proxies of the environment are for other machines only.
    """
    url = _endpoint(settings.url)
    credential = _credential(settings.key_variable, environment)
    if is_this_machine(url.host):
        return Address(url, credential)
    if not settings.allow_remote:
        raise ServerError(
            f"url: {url.host!r} is another machine, and pictures and facts would be sent to it; "
            "say `allow_remote: true` if they may be"
        )
    if url.scheme == "http" and credential:
        raise ServerError(
            f"url: the credential in {settings.key_variable} would go to {url.host!r} unencrypted; "
            "use https, or unset the variable"
        )
    return Address(url, credential, _proxy(url))


def is_this_machine(host: str) -> bool:
    """By what it is called alone."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _endpoint(text: str) -> httpx2.URL:
    try:
        url = httpx2.URL(text)
    except httpx2.InvalidURL:
        # Its words repeat the address, in which somebody may have written a password.
        raise ConfigError("url", "is no address; one looks like http://127.0.0.1:8000/v1") from None
    if url.scheme not in ("http", "https") or not url.host:
        raise ConfigError("url", "must begin with http:// or https:// and name a host")
    if url.userinfo or url.query or url.fragment:
        raise ConfigError("url", "holds more than host, port and path; a credential belongs into the environment")
    return url.copy_with(path=f"{url.path.rstrip('/')}/chat/completions")


def _credential(variable: str, environment: Mapping[str, str]) -> str:
    value = environment.get(variable, "").strip()
    if value and not _VISIBLE.fullmatch(value):
        raise ServerError(f"{variable}: holds characters that no credential has; set it anew")
    return value


def _proxy(url: httpx2.URL) -> str | None:
    """Of the environment, where its NO_PROXY does not name the host."""
    proxies = getproxies()
    proxy = proxies.get(url.scheme) or proxies.get("all")
    if not proxy or proxy_bypass(url.host):
        return None
    if not proxy.startswith(("http://", "https://")):
        raise ServerError("the environment names a proxy that is none of http:// and https://; unset it or change it")
    return proxy
