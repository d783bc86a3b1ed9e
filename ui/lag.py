"""What a browser has not heard of yet. Until then it goes on sending what it shows: its address, and the value of each control."""

import time
from typing import Any

import streamlit as st

LAG = 3.0  # seconds that a browser may need to show what the lab wrote
_REPLACED = "_addresses_replaced"
_TOLD = "_told_to_controls"


def write_address(address: dict[str, str]) -> None:
    """Have the browser show another address, and remember the one that it shows now."""
    st.session_state[_REPLACED] = [*_just_replaced(), (time.monotonic(), st.query_params.to_dict())]
    st.query_params.from_dict(address)


def lags(address: dict[str, str]) -> bool:
    """Whether an address is one that was replaced a moment ago: the click came before the browser heard of the new one."""
    return any(address == old for _, old in _just_replaced())


def tell(values: dict[str, Any]) -> None:
    """Set controls in a callback. What they held is remembered until the browser shows the address that follows from the new values."""
    before = {key: old for key, (old, _) in _unheard().items()}
    changes = {key: (before.get(key, st.session_state.get(key)), value) for key, value in values.items()}
    st.session_state[_TOLD] = (time.monotonic(), st.query_params.to_dict(), _unheard() | changes)
    st.session_state.update(values)


def mend() -> None:
    """Set controls anew that a browser has set back: it did not know better. Call before their values are used in a callback."""
    heard()
    for key, (old, value) in _unheard().items():
        if st.session_state.get(key) == old:
            st.session_state[key] = value


def heard() -> None:
    """Forget what the browser knows by now. Call before the address is written."""
    if not _unheard():
        st.session_state.pop(_TOLD, None)


def _unheard() -> dict[str, tuple[Any, Any]]:
    """What each control held and what it was told, if the browser still shows the address from before."""
    when, address, changes = st.session_state.get(_TOLD, (0.0, None, {}))
    current = time.monotonic() - when < LAG and address == st.query_params.to_dict()
    return changes if current else {}


def _just_replaced() -> list[tuple[float, dict[str, str]]]:
    return [(when, address) for when, address in st.session_state.get(_REPLACED, []) if time.monotonic() - when < LAG]
