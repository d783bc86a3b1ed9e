"""AE or VAE: the rows of the sources' comparison, each with the figure that stands behind it here."""

from collections.abc import Mapping
from dataclasses import dataclass

from ui import cached, comparison
from ui.ledger import Entry
from ui.phrases import alike, percent
from vae_core.figures import Replicates
from vae_core.recording import RecordingError


@dataclass(frozen=True)
class Row:
    """One aspect.

    Attributes:
        name: of the sections of ``versus.md``: ``name``, ``name-ae``, ``name-vae``, ``name-figure``.
        sources: numbers of the texts whose comparison has this row.
        claims: what stands behind it.
        experiment: whose figures are shown; empty if they are measures of the pretrained pair.
        ae, vae: names of the two figures.
    """

    name: str
    sources: tuple[str, ...]
    claims: tuple[str, ...]
    experiment: str
    ae: str
    vae: str


ROWS = (
    Row("latent", ("000", "003"), ("A3", "V5", "V28"), "cloud", "ae_spread", "vae_spread"),
    Row("encoder", ("000", "003"), ("A1", "V5"), "anatomy", "ae_given", "vae_given"),
    Row("decoder", ("003",), ("V7", "A13"), "anatomy", "ae_inputs", "vae_inputs"),
    Row("objective", ("000", "003"), ("V12", "V8", "V11"), "anatomy", "ae_terms", "vae_terms"),
    Row("reconstruction", ("000", "003"), ("A4", "V9"), "anatomy", "own", "vae_error"),
    Row("regularisation", ("000", "003"), ("A5", "V13", "V15"), "nearby", "ae8_mismatch", "vae8_mismatch"),
    Row("generation", ("000", "003"), ("A7", "V19", "V21"), "", "frechet", "frechet"),
    Row("control", ("000",), ("V22",), "control", "ae_own", "told"),
    Row("smoothness", ("004",), ("A10", "A11", "V29"), "nearby", "ae2_between", "vae2_between"),
    Row("prior", ("003",), ("V14", "V26"), "nearby", "ae2_width", "vae2_width"),
    Row("complexity", ("003",), ("A9", "V1"), "anatomy", "ae_weights", "vae_weights"),
    Row("overfitting", ("000", "003"), ("A6", "V23"), "overfit", "ae150_gap", "vae150_gap"),
    Row("quality", ("003",), ("A8", "V24"), "overfit", "ae1000_test", "vae1000_test"),
    Row("uses", ("000", "003"), ("A15", "A16", "A17", "A20", "V31", "V32", "V33"), "", "probe_accuracy", "probe_accuracy"),
)

SHARES = ("control",)  # rows that are told in per cent


@dataclass(frozen=True)
class Shown:
    """The two figures of a row, ready to be read.

    Attributes:
        came: how the AE's compares with the VAE's: ``more``, ``less``, ``equal``, ``near``, ``open``; ``single`` for one run each.
        origin: whether they are ``own``, ``kept`` with the lab, or of the pretrained ``pair``.
    """

    ae: str
    vae: str
    came: str
    origin: str


def shown(row: Row, found: Mapping[str, Entry]) -> Shown | None:
    """The figures of a row; None if they are not measured yet."""
    if not row.experiment:
        return _of_pair(row)
    entry = found.get(row.experiment)
    if entry is None:
        return None
    ae, vae = entry.figures[row.ae], entry.figures[row.vae]
    told = (percent(ae), percent(vae)) if row.name in SHARES else alike(ae, vae)
    return Shown(*told, _compared(entry.figures, row), "own" if entry.own else "kept")


def _compared(figures: Replicates, row: Row) -> str:
    ae, vae = set(figures[row.ae].values), set(figures[row.vae].values)
    came = figures.compare(row.ae, row.vae)
    if came != "open" or len(ae) > 1 or len(vae) > 1 or not figures.enough:
        return came
    return "equal" if ae == vae else "near"


def _of_pair(row: Row) -> Shown | None:
    measures = []
    for run_id, name in (("p-digits-ae", row.ae), ("p-digits-vae", row.vae)):
        recording = cached.store().get(run_id)
        try:
            figures = (recording.metrics or {}) if recording is not None else {}
        except RecordingError:
            figures = {}
        if not isinstance(figures.get(name), int | float):
            return None
        measures.append(comparison.reading(figures, name, comparison.FORMATS[name]))
    return Shown(*measures, "single", "pair")
