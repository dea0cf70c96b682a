"""Where requests go, whether they may, and what opens the door."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.request import getproxies, proxy_bypass

from yarl import URL

from annotators.captioners.chat.settings import ServerSettings
from schemas.errors import ConfigError, ServerError

_VISIBLE = re.compile(r"[!-~]+")  # what a header can carry


@dataclass(frozen=True)
class Address:
    """Checked: nothing else is asked. `credential` is empty where there is none."""

    url: URL  # of the chat completions, with a host
    credential: str = field(repr=False)
    proxy: str | None = field(default=None, repr=False)  # may hold a credential of its own


def address(settings: ServerSettings, environment: Mapping[str, str]) -> Address:
    """Raises ConfigError for an address that is none, ServerError for one that must not be asked.

    No name is looked up: this machine is `localhost`, 127.0.0.0/8 and ::1. A credential never goes to another machine
    unencrypted. Proxies of the environment are for other machines only.
    """
    url = _endpoint(settings.url)
    host = url.host or ""
    credential = _credential(settings.key_variable, environment)
    if is_this_machine(host):
        return Address(url, credential)
    if not settings.allow_remote:
        raise ServerError(
            f"url: {host!r} is another machine, and pictures and facts would be sent to it; "
            "say `allow_remote: true` if they may be"
        )
    if url.scheme == "http" and credential:
        raise ServerError(
            f"url: the credential in {settings.key_variable} would go to {host!r} unencrypted; "
            "use https, or unset the variable"
        )
    return Address(url, credential, _proxy(url.scheme, host))


def is_this_machine(host: str) -> bool:
    """By what it is called alone."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _endpoint(text: str) -> URL:
    try:
        url = URL(text)
    except ValueError:
        # Its words repeat the address, in which somebody may have written a password.
        raise ConfigError("url", "is no address; one looks like http://127.0.0.1:8000/v1") from None
    if any(letter.isspace() or not letter.isprintable() for letter in text):
        raise ConfigError("url", "holds a blank or a letter that cannot be seen")
    if url.scheme not in ("http", "https") or not url.host:
        raise ConfigError("url", "must begin with http:// or https:// and name a host")
    if url.raw_user or url.raw_password or url.raw_query_string or url.raw_fragment:
        raise ConfigError("url", "holds more than host, port and path; a credential belongs into the environment")
    return url.with_path(f"{url.raw_path.rstrip('/')}/chat/completions", encoded=True)


def _credential(variable: str, environment: Mapping[str, str]) -> str:
    value = environment.get(variable, "").strip()
    if value and not _VISIBLE.fullmatch(value):
        raise ServerError(f"{variable}: holds characters that no credential has; set it anew")
    return value


def _proxy(scheme: str, host: str) -> str | None:
    """Of the environment, where its NO_PROXY does not name the host."""
    proxies = getproxies()
    proxy = proxies.get(scheme) or proxies.get("all")
    if not proxy or proxy_bypass(host):
        return None
    if not proxy.startswith(("http://", "https://")):
        raise ServerError("the environment names a proxy that is none of http:// and https://; unset it or change it")
    return proxy
