"""The components of this app are its own, and its pages declare them.

Streamlit looks for others at each start: it reads what every installed package says of itself, which takes a fifth of a second.
"""

from streamlit.components.v2 import manifest_scanner


def look_no_further() -> None:
    """Have Streamlit find no components in other packages; call before it makes its runtime."""
    manifest_scanner.scan_component_manifests = lambda *_: []
