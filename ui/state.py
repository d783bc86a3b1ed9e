"""What the session remembers, and how it stands in the address: recipe settings, which models to train, which runs are looked at.

One table, made from the recipe's own settings, drives the widget keys, the address and its validation. The address always describes
the session, so that it can be shared, and a reload finds everything again.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from jobs.settings import data_folder
from ui import lag, own, runs
from ui.text import plain
from vae_core import effort
from vae_core.catalogue import known
from vae_core.composition import OF_RATE
from vae_core.composition import plain as plain_vae
from vae_core.recipes import SETTINGS, Recipe, RecipeError, pair, suited

DEFAULT_RUNS = ("p-digits-ae", "p-digits-vae")
MODELS = {"pair": "AE + VAE", "ae": "AE", "vae": "VAE", "flow": "VAE with a flow", "codes": "VQ-VAE"}
POSTERIORS = {"ae": "dirac", "vae": "gaussian", "flow": "flow", "codes": "codes"}
MAX_RUNS = 6
MAX_ADDRESSES = 100
RUNS_KEY = "runs"
MODELS_KEY = "models"
BESIDE_KEY = "beside"
_WRITTEN = "_address"
_ADDRESSES = "_addresses"
_PROBLEMS = "_address_problems"
_PAGE = "_page"
_MEMORY = "_remembered"


@dataclass(frozen=True)
class Field:
    """One setting of a recipe as a widget and as a parameter of the address."""

    name: str
    default: Any

    @property
    def key(self) -> str:
        """The widget's key in the session."""
        return f"recipe_{self.name}"

    def to_widget(self, value: Any) -> Any:
        """The value as the widget holds it; layer widths are edited as text."""
        return ", ".join(map(str, value)) if isinstance(value, tuple) else value

    def to_address(self, value: Any) -> str:
        """The value as the address holds it."""
        return str(value).replace(", ", "-")


# What the encoder gives, a point, a cloud or codes, follows from the choice of models.
FIELDS = {name: Field(name, getattr(Recipe(), name)) for name in SETTINGS if name != "posterior"}

_DEFAULTS = {field.key: field.to_widget(field.default) for field in FIELDS.values()} | {
    MODELS_KEY: "pair",
    BESIDE_KEY: False,
    RUNS_KEY: list(DEFAULT_RUNS),
}


def set_recipe(values: dict[str, Any]) -> None:
    """Put settings into the controls, in a callback; unknown names are ignored."""
    put(_to_widgets(values))


def _to_widgets(values: dict[str, Any]) -> dict[str, Any]:
    return {FIELDS[name].key: FIELDS[name].to_widget(value) for name, value in values.items() if name in FIELDS}


def put(values: dict[str, Any]) -> None:
    """Set keys of the session, in a callback, and remember them: the page may turn before the next whole script run."""
    lag.tell(values)
    remember()


def remember() -> None:
    """Keep what the controls hold. Also their ``on_change``: an address that the browser has not rewritten yet may look like a link's."""
    lag.mend()
    now = {key: st.session_state[key] for key in _DEFAULTS if key in st.session_state}
    st.session_state[_MEMORY] = st.session_state.get(_MEMORY, {}) | now


def recipe_data() -> str:
    """The data set that the controls name."""
    return st.session_state[FIELDS["data"].key]


class Controls(Mapping[str, Any]):
    """The values of the controls, by the recipe's names; each is looked up when it is asked for, which takes the session a while."""

    def __getitem__(self, name: str) -> Any:
        return st.session_state[FIELDS[name].key]

    def __iter__(self) -> Iterator[str]:
        return iter(FIELDS)

    def __len__(self) -> int:
        return len(FIELDS)


def models_of(recipe: Recipe) -> str:
    """Which choice of ``MODELS`` trains a recipe alone."""
    return next(models for models, posterior in POSTERIORS.items() if posterior == recipe.posterior)


def single() -> Recipe:
    """The one model that the controls describe, if they do not describe a pair. What weighs a rate is left out of an AE.

    Raises:
        RecipeError: with one plain sentence, if they describe none.
    """
    posterior = POSTERIORS[st.session_state[MODELS_KEY]]
    weightless = dict.fromkeys(OF_RATE, 0) if posterior == "dirac" else {}
    return Recipe.from_dict({**Controls(), "posterior": posterior} | weightless)


def recipes() -> tuple[Recipe, ...]:
    """The recipes to train: the AE and the VAE of a pair, or one model, or that one beside the plain VAE.

    Raises:
        RecipeError: with one plain sentence, if the controls describe none, or one that takes too long.
    """
    described = _described()
    for recipe in described:
        effort.check(recipe, data_folder())
    return described


def _described() -> tuple[Recipe, ...]:
    if st.session_state[MODELS_KEY] in ("pair", None):
        return pair(Recipe.from_dict(dict(Controls())))
    one = single()
    return tuple(dict.fromkeys((plain_vae(one), one))) if st.session_state[BESIDE_KEY] else (one,)


def restore(page: str) -> list[str]:
    """Bring session and address together; call once at the start of each script run.

    Args:
        page: which page is about to be drawn.

    Returns:
        One plain sentence for each part of the address that could not be used; its default is used instead.
    """
    address = st.query_params.to_dict()
    written = st.session_state.get(_WRITTEN)
    lag.heard()
    _recall(page, led_here=bool(written) and not address)
    # Navigation drops the query, a widget may have changed since it was written, a browser may still show an older one: only a foreign
    # address is read.
    if address and address != written and (written is None or written == _describe()) and not lag.lags(address):
        if lag.went_back() and address in _addresses():  # what it leaves out had its default value
            st.session_state.update(_DEFAULTS)
        st.session_state[_PROBLEMS] = read_address(address)
        lag.forget()
    elif written is not None and written != _describe():
        st.session_state[_PROBLEMS] = []
    _forget_deleted_runs()
    _write()
    return st.session_state.get(_PROBLEMS, [])


def follow() -> None:
    """Have the address follow the session; call at the start of a part of a page that may be drawn by itself."""
    if st.session_state.get(_WRITTEN) != _describe():
        st.session_state[_PROBLEMS] = []
        _write()


def _write() -> None:
    remember()
    st.session_state[_WRITTEN] = _describe()
    if st.session_state[_WRITTEN] not in _addresses():
        _addresses().append(st.session_state[_WRITTEN])
    lag.write_address(st.session_state[_WRITTEN])


def _addresses() -> deque[dict[str, str]]:
    """Those that this session wrote last: they are whole, while somebody else's may name a few settings only."""
    return st.session_state.setdefault(_ADDRESSES, deque(maxlen=MAX_ADDRESSES))


def read_address(address: dict[str, str]) -> list[str]:
    """Take over what an address says, value by value.

    Returns:
        One plain sentence for each value that is unknown or malformed.
    """
    problems = []
    for name, value in address.items():
        try:
            _read_one(name, value)
        except RecipeError as error:
            problems.append(plain(error))
    if "data" in address and "likelihood" not in address:
        _take_over({"likelihood": suited(recipe_data())["likelihood"]})
    return problems


def chosen_runs() -> tuple[list[runs.Run], list[str]]:
    """The runs on the screen, and one plain sentence for each that cannot be read."""
    return runs.load(st.session_state[RUNS_KEY][:MAX_RUNS])


def _recall(page: str, led_here: bool) -> None:
    """Bring back the session's values after a page was turned, also to itself: then a link ``led_here`` that has no query.

    Streamlit then forgets what a person did to a widget, and gives the value that a script last set: what we remember is newer.
    """
    turned = led_here or st.session_state.get(_PAGE) != page
    st.session_state[_PAGE] = page
    memory = st.session_state.get(_MEMORY, {})
    for key, default in _DEFAULTS.items():
        if turned or key not in st.session_state:
            st.session_state[key] = memory.get(key, st.session_state.get(key, default))


def _forget_deleted_runs() -> None:
    there = [run_id for run_id in st.session_state[RUNS_KEY] if run_id in DEFAULT_RUNS or runs.exists(run_id)]
    if there != st.session_state[RUNS_KEY]:  # setting a widget's key for nothing would race with its next change
        st.session_state[RUNS_KEY] = there or list(DEFAULT_RUNS)


def _describe() -> dict[str, str]:
    """The address of the session as it is; what has its default value is left out."""
    values = {
        name: FIELDS[name].to_address(value) for name, value in Controls().items() if value != FIELDS[name].to_widget(FIELDS[name].default)
    }
    if st.session_state[MODELS_KEY] not in (None, "pair"):
        values["models"] = st.session_state[MODELS_KEY]
    if st.session_state[BESIDE_KEY]:
        values["beside"] = "true"
    if tuple(st.session_state[RUNS_KEY]) != DEFAULT_RUNS:
        values["runs"] = ",".join(st.session_state[RUNS_KEY])
    return values


def _read_one(name: str, value: str) -> None:
    if name == "runs":
        _read_runs(value)
    elif name == "models":
        if value not in MODELS:
            raise RecipeError(f"Models must be one of {', '.join(MODELS)}, not {value[:40]!r}. The lab trains the pair instead.")
        st.session_state[MODELS_KEY] = value
    elif name == "beside":
        if value not in ("true", "false"):
            raise RecipeError(f"The plain VAE is trained beside a model or not: true or false, not {value[:40]!r}.")
        st.session_state[BESIDE_KEY] = value == "true"
    elif name in FIELDS:
        _read_setting(FIELDS[name], value)
    else:
        raise RecipeError(f"The address has a part that the lab does not know and leaves out: {name[:40]!r}.")


def _read_setting(field: Field, value: str) -> None:
    try:
        checked = _checked(field, value)
    except RecipeError as error:
        _take_over({field.name: field.default})
        raise RecipeError(f"{error} The lab uses {field.to_widget(field.default)} instead.") from error
    _take_over({field.name: getattr(checked, field.name)})


def _take_over(values: dict[str, Any]) -> None:
    """Put settings of an address into the controls, before they are drawn: the browser shows that address."""
    st.session_state.update(_to_widgets(values))


def _checked(field: Field, value: str) -> Recipe:
    """A recipe with one setting. Points need a likelihood other than the default; own pictures must be here.

    Raises:
        RecipeError: if the setting cannot have this value.
    """
    if field.name != "data" or not known(value):
        return Recipe.from_dict({field.name: value})
    if own.is_own(value) and not own.adopt(value):
        raise RecipeError("The pictures that this address names are not on this machine, or no longer. Bring them on the page Data.")
    return Recipe.from_dict({**suited(value), "data": value})


def _read_runs(value: str) -> None:
    asked = list(dict.fromkeys(part for part in value.split(",") if part))
    found = [run_id for run_id in asked if runs.exists(run_id)]
    st.session_state[RUNS_KEY] = found[:MAX_RUNS] or list(DEFAULT_RUNS)
    missing = [run_id for run_id in asked if run_id not in found]
    if missing:
        rest = "The others are shown." if found else "The lab shows the pretrained pair instead."
        raise RecipeError(f"There is no run {missing[0][:40]!r} here; it may have been deleted. {rest}")
