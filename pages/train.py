"""Train an AE and a VAE side by side and watch them learn."""

import streamlit as st

from ui import actions, forking, heading, headstart, live, picker, progress, removed, runlist, state, text, variants, widgets
from ui.turnstile import one_at_a_time

PANELS = ("map", "image", "timeline", "reconstructions", "samples", "curves")
words = text.sections("train")


@st.fragment
def runs_on_the_screen(problem: str) -> None:
    """Draw the runs and what starts them: by itself, so that *Train* need not wait for the rest of the page."""
    with one_at_a_time(), removed.told():
        headstart.wait()
        state.follow()
        chosen, unreadable = state.chosen_runs()
        training = [run for run in chosen if run.status.active]

        left, right = st.columns([2, 3], vertical_alignment="bottom")
        with left.container(horizontal=True):
            st.button("Train", type="primary", icon="▶️", on_click=actions.train, disabled=bool(problem), key="train")
            st.button("Stop", icon="⏹️", on_click=actions.stop, disabled=not training, key="stop")
        with right.container():  # in a column itself, the chips of a phone would not go on a second row
            widgets.run_picker()
        progress.engine_state(words)
        actions.expect()
        for message in [problem, actions.notice()]:
            if message:
                st.error(message, icon="✋")
        for message in unreadable:
            st.warning(message)

        progress.follow(chosen)
        if chosen:
            live.board(chosen, key="board", panels=PANELS, starter=headstart.starter("train"))
            st.caption(words["board"])
            forking.told(chosen, words["continued"])
        forking.panel(chosen, words["fork"], board="board")
        runlist.panel(words["none"], chosen)


above, below = st.container(), st.container()  # a part is known by its place, which must not change with what stands above
with above:
    heading.title(words["title"])
    st.markdown(words["intro" if st.session_state[state.MODELS_KEY] in ("pair", None) else "intro-one"])
    widgets.main_settings()
    problem = picker.picker(words)
with below:
    runs_on_the_screen(problem)
    weighed = variants.has_rate(st.session_state[state.MODELS_KEY] or "pair")
    st.info(words["next" if weighed else "next-other"], icon="👉")
