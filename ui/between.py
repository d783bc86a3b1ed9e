"""What the figures of walks between two codes say, in words: every sentence follows from a comparison."""

from ui.phrases import fill, percent, spread
from vae_core.experiments.nearby import HALF
from vae_core.figures import Replicates, outcome

REAL = {"near": 1.0, "sure": "real_sure", "sharp": 1.0}  # what new digits themselves have
BETTER = {"near": "less", "sure": "more", "sharp": "more"}
RIVALS = ("vae2", "fade")
CROWDED = 1.5  # times as far from learned codes as a new digit's code: less is crowded


def verdicts(figures: Replicates, words: dict[str, str]) -> str:
    """Markdown: in which of the three numbers the AE's pictures half way are better than others, in which worse."""
    rows = [words["table"]]
    for other in ("real", *RIVALS):
        came = {name: figures.compare(f"ae2_{name}_{HALF}", REAL[name] if other == "real" else f"{other}_{name}_{HALF}") for name in BETTER}
        told = {
            name: "unclear" if came[name] == "open" else "better" if came[name] == better else "worse" for name, better in BETTER.items()
        }
        rows.append(fill(words["beside"], other=words[other], **{name: words[one] for name, one in told.items()}))
    return "\n".join(rows)


def sentences(figures: Replicates, d: int, words: dict[str, str]) -> dict[str, str]:
    """What lies between two codes of ``d`` numbers, AE against VAE: sentences that follow from figures."""
    ae, vae = f"ae{d}", f"vae{d}"
    rise = {who: figures.sum({f"{who}_near_{HALF}": 1, f"{who}_near_0": -1}) for who in (ae, vae)}
    cost = outcome([one - other for one, other in zip(rise[ae].values, rise[vae].values, strict=True)])
    values = {"ae_third": percent(figures[f"{ae}_third"]), "fade_third": percent(figures["fade_third"])}
    values |= {
        "ae_empty": spread(figures[f"{ae}_empty"]),
        "ae_end": spread(figures[f"{ae}_near_0"]),
        "vae_end": spread(figures[f"{vae}_near_0"]),
    }
    values |= {"ae_rise": spread(rise[ae]), "vae_rise": spread(rise[vae])}
    told = {
        "third": figures.compare(f"{ae}_third", "fade_third"),
        "crowded": figures.compare(f"{ae}_empty", CROWDED),
        "ends": figures.compare(f"{ae}_near_0", f"{vae}_near_0"),
        "rise": cost,
    }
    return {name: fill(words[f"{name}-{came}"], **values) for name, came in told.items()}
