"""What the ELBO lacks of log p(x), with one number per code, where both can be added up; and what training does about it."""

import streamlit as st

from ui import charts, images, inline, palette
from ui.lesson import Lesson, first_true
from ui.phrases import fill, number, spread
from vae_core.experiments.truth import COUNTS, DIGITS
from vae_core.figures import Figures

page = Lesson("truth")


def draw_curves(first: Figures, digit: int, when: str) -> None:
    """The cloud of one digit and its true posterior, before (``start``) or after (``end``) training."""
    words = page.words
    lines = [
        (words["posterior"], palette.CODE, first.arrays[f"posterior_{when}"][digit]),
        (words["cloud"], palette.SIGMA, first.arrays[f"cloud_{when}"][digit]),
    ]
    chart = charts.densities(first.arrays["line"], lines, x_title=words["code"], y_title=words["density"])
    st.plotly_chart(chart, key=f"truth_{when}", alt=f"Digit {digit}: cloud and true posterior are {apart(first, digit, when)} nats apart.")


def apart(first: Figures, digit: int, when: str) -> str:
    """How far the two curves are apart, in nats."""
    return number(first.arrays[f"off_{when}"][digit])


page.begin()
found = page.experiment("truth") if page.predict(("up", "still", "down")) else None
if found:
    words, figures, first = page.words, found.figures, found.first
    values = {name: spread(figures[name]) for name in figures.figures[0].numbers}
    missing = [figures.sum({"evidence_end": 1, f"bound_{count}": -1}) for count in COUNTS]
    values |= {f"lacks_{count}": spread(one, 3) for count, one in zip(COUNTS, missing, strict=True)}
    values |= {name: spread(figures[name], 3) for name in ("off_start", "off_end")}
    st.markdown(words["lacks"])
    series = [charts.Series(words["missing"], palette.VAE, missing)]
    chart = charts.sweep(COUNTS, series, x_title=words["codes"], y_title=words["missing"], height=300)
    told = "; ".join(f"K = {count}: {values[f'lacks_{count}']}" for count in COUNTS)
    st.plotly_chart(chart, key="truth_bound", alt=f"What the bound lacks, in nats. {told}.")

    rises = figures.compare(f"bound_{COUNTS[-1]}", f"bound_{COUNTS[0]}")
    came = first_true({"open": not figures.enough, "up": rises == "more", "down": rises == "less"}, "still")
    page.finding(came, **values)
    page.open_runs(["vae"], found)
    page.why(came, **values)
    farthest = int(first.arrays["off_end"].argmax())
    digit = st.segmented_control(words["digit"], range(DIGITS), default=farthest, required=True, key="truth_digit")
    st.markdown(fill(words["curves"], off=apart(first, digit, "end")))
    inline.picture(images.sheet(first.arrays["images"][[digit]], (8, 8), columns=1, size=64), alt=str(digit))
    draw_curves(first, digit, "end")

    likely, off = (figures.compare(f"{name}_end", f"{name}_start") for name in ("evidence", "off"))
    answers = {
        "early": not figures.enough,
        "nearer": (likely, off) == ("more", "less"),
        "farther": (likely, off) == ("more", "more"),
        "only": likely != "more" and off == "less",
    }
    if page.transfer(("nearer", "farther", "only"), first_true(answers, "unsure"), **values):
        st.markdown(fill(words["before"], off=apart(first, digit, "start")))
        draw_curves(first, digit, "start")
    page.claims("truth", found)
    page.try_next()
