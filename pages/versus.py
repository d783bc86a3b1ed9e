"""The sources' comparison of AE and VAE, row by row, each with what was measured here."""

import streamlit as st

from ui import claimcard, heading, ledger, opening, text, versus
from vae_core.claims import claims

words, common = text.sections("versus"), text.sections("claims")
heading.title(words["title"])
st.markdown(words["intro"])
found, problem = ledger.figures()
if problem:
    st.warning(problem)
st.caption(words["kept"])
cards = claimcard.Cards(found, common)
for row in versus.ROWS:
    figures = versus.shown(row, found)
    with st.container(border=True):
        st.markdown(f"#### {words[row.name]}")
        st.caption("; ".join(common[f"source-{source}"] for source in row.sources))
        for column, who in zip(st.columns(2), ("ae", "vae"), strict=True):
            with column:
                st.markdown(f"{words[who]} “{words[f'{row.name}-{who}']}”")
                st.markdown(f"**{getattr(figures, who)}**" if figures else f"*{words['none']}*")
        st.markdown(f"{words['measured']} {words[f'{row.name}-figure']}" + (f" {words[f'came-{figures.came}']}" if figures else ""))
        if figures and figures.origin != "kept":
            st.caption(words[f"from-{figures.origin}"])
        elif not figures and row.experiment:
            cards.runs(row.experiment, row.name)
        if figures and figures.origin == "pair":
            opening.links(["p-digits-ae", "p-digits-vae"], words["open"])
        behind = [claims()[one] for one in row.claims]
        marks = ", ".join(
            f"{claim.id} {ledger.SIGNS[one]} {common[f'mark-{one}']}" for claim in behind if (one := ledger.standing(claim, found))
        )
        card = st.expander(f"{words['claims']} {marks}", key=f"versus_{row.name}", on_change="rerun")
        if card.open:
            with card:
                for claim in behind:
                    st.markdown(f"**{claim.id}**")
                    cards.body(claim, f"{row.name}_{claim.id}")
cards.settle()
