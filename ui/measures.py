"""What was measured of one run, as a table: plain names, units, and the images it was measured on."""

from collections.abc import Mapping
from typing import Any

from ui import text
from ui.comparison import FORMATS, reading

NATS = "nats per image"
BOUNDS = {"elbo": "{:.2f}", "iw_bound": "{:.2f}", "distortion": "{:.2f}", "rate": "{:.2f}"}
UNITS = dict.fromkeys(BOUNDS, NATS) | {
    "moment_mismatch": "nats",
    "mismatch": NATS,
    "mutual_information": NATS,
    "active_units": "dimensions",
    "knn_accuracy": "of test images",
    "probe_accuracy": "of test images",
    "reconstruction_mse": "per pixel",
    "precision": "of samples",
    "coverage": "of test images",
}


def table(figures: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """Markdown: one row for each measure that exists for this model. ``words`` names the bounds, which no other table has."""
    named = {**text.sections("measures"), **words}
    rows = [
        f"| {named[name].splitlines()[0]} | {reading(figures, name, form)} | {UNITS.get(name, '')} |"
        for name, form in {**BOUNDS, **FORMATS}.items()
        if _is_number(figures.get(name))
    ]
    return "\n".join(["| Measure | Value | Unit |", "| --- | ---: | --- |", *rows])


def basis(figures: Mapping[str, Any]) -> str:
    """On which images the measures were taken."""
    images, samples, some = (figures.get(name) for name in ("test_images", "iw_samples", "iw_images"))
    said = f"Measured on the {images:,.0f} images of the test set, which the model never trains on." if _is_number(images) else ""
    if _is_number(samples) and _is_number(some):
        said += f" The importance-weighted bound takes {samples:.0f} samples for each of {some:.0f} test images."
    return said


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float)
