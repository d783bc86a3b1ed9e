"""Host names, as the Host header of a request gives them."""

import ipaddress
import os

LOCAL_ENDINGS = (".local", ".localhost", ".lan", ".home", ".home.arpa", ".internal")


def is_loopback(host: str) -> bool:
    """Whether a Host header, or none, names the very machine."""
    name = _name(host)
    address = _address(name)
    return name in ("", "localhost") or (address is not None and address.is_loopback)


def host_allowed(host: str) -> bool:
    """Whether a Host header names this server: an address, a name of the local network, or one listed in ``LATENT_LAB_HOSTS``.

    A foreign page can have its own name resolve to this machine and then read what the lab serves (DNS rebinding); it needs a public
    name for that. ``server.allowedHosts`` cannot say "any address" and covers websockets only, hence this. ``LATENT_LAB_HOSTS`` is a
    comma-separated list, with ``*`` for any.
    """
    name = _name(host).rstrip(".")
    listed = {entry.strip().lower() for entry in os.environ.get("LATENT_LAB_HOSTS", "").split(",") if entry.strip()}
    return bool(listed & {"*", name}) or "." not in name or name.endswith(LOCAL_ENDINGS) or _address(name) is not None


def _name(host: str) -> str:
    """Without the port, and without the brackets of an IPv6 address."""
    return (host if host.endswith("]") else host.rsplit(":", 1)[0]).strip("[]").lower()


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None
