"""What a browser has not heard of yet. Until then it goes on sending what it shows: its address, and the value of each control.

Its messages come in order, so one that shows an address has heard of all that was done before that was written. On a busy machine this
may take many seconds.
"""

import time
from dataclasses import dataclass, field
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

PATIENCE = 60.0  # seconds; a browser that shows nothing new for so long never will, and is believed
_STATE = "_lag"


@dataclass
class _Lag:
    """What one browser may not have heard of.

    Attributes:
        addresses: the oldest that the browser may show, then those that were written after it.
        told: what each control held, and what it was told.
        written: whether the address was looked after since the controls were told something.
        since: when the last address was written, or the last control told.
    """

    addresses: list[dict[str, str]]
    told: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    written: bool = True
    since: float = field(default_factory=time.monotonic)

    def hear(self, address: dict[str, str]) -> None:
        """The browser shows this address."""
        if address in self.addresses:
            self.addresses = self.addresses[self.addresses.index(address) :]
        if self.written and len(self.addresses) == 1:
            self.told = {}

    def write(self, address: dict[str, str]) -> None:
        """The browser is to show this address."""
        self.written, self.since = True, time.monotonic()
        if address != self.addresses[-1]:
            self.addresses = [*self.addresses, address]


def _lag() -> _Lag:
    """That of this session."""
    lag = st.session_state.get(_STATE)
    if lag is None or time.monotonic() - lag.since > PATIENCE:
        lag = st.session_state[_STATE] = _Lag([st.query_params.to_dict()])
    return lag


def write_address(address: dict[str, str]) -> None:
    """Have the browser show an address, once in a script run; it may do so already."""
    _lag().write(address)
    if address != st.query_params.to_dict():
        st.query_params.from_dict(address)


def lags(address: dict[str, str]) -> bool:
    """Whether a browser shows an address because it has not heard of a newer one. Who goes back to it, means it."""
    return not went_back() and address in _lag().addresses[:-1]


def went_back() -> bool:
    """Whether a person went back, or forward, to the address that the browser shows."""
    context = get_script_run_ctx(suppress_warning=True)
    return context is not None and context.is_history_navigation


def tell(values: dict[str, Any]) -> None:
    """Set controls in a callback. What they held is remembered until the browser shows the address that follows from the new values."""
    lag = _lag()
    for key, value in values.items():
        before, _ = lag.told.get(key, (st.session_state.get(key), None))
        lag.told[key] = (before, value)
    lag.written, lag.since = False, time.monotonic()
    st.session_state.update(values)


def mend() -> None:
    """Set controls anew that a browser has set back: it did not know better. Call before their values are used in a callback."""
    heard()
    for key, (old, value) in _lag().told.items():
        if st.session_state.get(key) == old != value:
            st.session_state[key] = value


def heard() -> None:
    """Take note of what the browser shows. Call before an address is written."""
    _lag().hear(st.query_params.to_dict())


def forget() -> None:
    """All is as the browser shows it."""
    st.session_state.pop(_STATE, None)
