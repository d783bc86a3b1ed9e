"""Where the lab is found: what is printed when it starts.

Streamlit would print that too, but first asks a server on the internet for this machine's address there; and again, while everybody
waits, at each websocket from a foreign page. The lab asks nobody: it works in a room without a network, and nobody learns that it runs.
"""

from streamlit import config, net_util
from streamlit.web.server.server_util import get_url

ANYWHERE = {None, "0.0.0.0", "::"}  # noqa: S104 - nothing is bound here
NO_NETWORK = {None, "127.0.0.1"}


def ask_nobody() -> None:
    """Have Streamlit take this machine's address on the internet as unknown."""
    net_util.get_external_ip = lambda: None


def places() -> dict[str, str]:
    """What to type into a browser, by whom: on this machine, and in its network."""
    bound = config.get_option("server.address")
    if bound not in ANYWHERE:
        return {"Local URL": get_url(bound)}
    here, network = {"Local URL": get_url("localhost")}, net_util.get_internal_ip()
    return here if network in NO_NETWORK else here | {"Network URL": get_url(network)}


def announce() -> None:
    """Print where the lab is."""
    lines = [f"  {name}: {address}" for name, address in places().items()]
    print("\n  Latent Lab is ready. Open it in a browser.\n", *lines, "", sep="\n", flush=True)
