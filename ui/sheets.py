"""What the data sets look like: a sheet of test images, or a map of places."""

from functools import lru_cache

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from jobs.settings import data_folder
from ui import charts, images, inline
from vae_core import cities
from vae_core.catalogue import DataSet
from vae_core.splits import NoData, silent

SHOWN, COLUMNS = 24, 8


@st.cache_resource(max_entries=32, show_spinner=False)
def sheet(name: str, shape: tuple[int, int], _source: DataSet) -> str | None:
    """The address of a picture of the first test images of a data set; None if they are not on disk."""
    try:
        first = _source.originals(data_folder(), SHOWN)
    except NoData:
        first = None
    return None if first is None else inline.address(images.sheet(first, shape, COLUMNS))


@lru_cache(maxsize=1)
def world() -> go.Figure:
    """All cities on a flat map."""
    loaded = cities.load(data_folder(), silent)
    parts = (loaded.train, loaded.validation, loaded.test)
    degrees = np.concatenate([part.factors for part in parts])
    names = [name for part in parts for name in part.names]
    return charts.world(degrees, names, np.concatenate([part.labels for part in parts]), loaded.classes)
