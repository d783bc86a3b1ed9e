"""Data → plotly Figure. Pure: nothing here knows of Streamlit, so every chart can be tested and used in a notebook."""

from ui.charts.bars import stacked
from ui.charts.clouds import one_cloud
from ui.charts.codebook import codebook, usage
from ui.charts.crowds import crowds
from ui.charts.curves import Line, loss_curves, rate_distortion
from ui.charts.densities import densities
from ui.charts.density import density
from ui.charts.dimensions import kl_paid, kl_per_dimension
from ui.charts.eigenvalues import above_price
from ui.charts.field import field, walked
from ui.charts.globe import Rebuilt, flat_map, globe
from ui.charts.grouped import grouped
from ui.charts.latent import Codes, latent_scatter
from ui.charts.plane import Plane, extents, plane_of
from ui.charts.repeats import histograms, repeats
from ui.charts.rungs import rungs
from ui.charts.sweeps import Series, sweep
from ui.charts.world import world

__all__ = [
    "Codes",
    "Line",
    "Plane",
    "Rebuilt",
    "Series",
    "above_price",
    "codebook",
    "crowds",
    "densities",
    "density",
    "extents",
    "field",
    "flat_map",
    "globe",
    "grouped",
    "histograms",
    "kl_paid",
    "kl_per_dimension",
    "latent_scatter",
    "loss_curves",
    "one_cloud",
    "plane_of",
    "rate_distortion",
    "repeats",
    "rungs",
    "stacked",
    "sweep",
    "usage",
    "walked",
    "world",
]
