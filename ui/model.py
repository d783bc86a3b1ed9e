"""One run in full, in a drawer: pictures, measures, settings, and what can be done with it."""

import json
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import streamlit as st

from jobs.store import origin
from ui import actions, cached, charts, comparison, forking, inline, measures, runs, site, thumbnails, widgets
from ui.text import plain
from vae_core import bundle
from vae_core.catalogue import known
from vae_core.names import LONGEST
from vae_core.recipes import SETTINGS

MAP, STRIP = 280, 10


def drawer(run_id: str, words: Mapping[str, str]) -> None:
    """Show a run; says so if it is gone."""
    found, problems = runs.load([run_id])
    if not found:
        actions.close_model()
        st.warning(problems[0] if problems else words["gone"])
        return
    run = found[0]
    title = plain(runs.short(run.recording, run.id))
    st.dialog(title, width=640, position="right", on_dismiss=actions.close_model)(partial(_body, run, words))()


def _body(run: runs.Run, words: Mapping[str, str]) -> None:
    source = origin(run.id)
    when = "" if source == "pretrained" else time.strftime(" on %d %B %Y", time.localtime(run.status.created))
    st.caption(f"{plain(runs.summary(run.recipe, run.id))}. {words[source]}{when}.")
    if run.status.message:
        st.info(plain(run.status.message))
    _open_in(run, words)
    _take_away(run, words)
    refused = actions.notice()
    if refused:
        st.error(refused, icon="✋")
    if source != "pretrained" and _name(run, words) and not refused:
        st.rerun()
    if run.last is not None:
        _pictures(run, words)
    _measured(run, words)
    _settings(run)
    if source == "pretrained":
        _card(run, words)


def _open_in(run: runs.Run, words: Mapping[str, str]) -> None:
    """The pages, each with this run beside those on the screen; the settings of the run are filled in for itself."""
    places = {place.name: place for place in site.LAB}
    with st.container(horizontal=True):
        for name in ("explore", "compare", "losses"):
            _open(places[name], places[name].title, words[name], actions.show, (run.id,))
        if known(run.recipe.data):
            _open(places["train"], "Train with its settings", words["train"], actions.fill_in, (run.id,))


def _open(place: site.Place, label: str, hint: str, action: Callable[..., None], args: tuple[Any, ...]) -> None:
    if st.button(label, icon=place.icon, key=f"open_{place.name}", on_click=action, args=args, help=hint):
        actions.close_model()
        st.switch_page(place.path)


def _pictures(run: runs.Run, words: Mapping[str, str]) -> None:
    frame, probe = run.last, run.probe
    codes = cached.picture(("map", run.version), lambda: inline.address(thumbnails.latent_map(frame, probe, MAP)))
    st.caption(f"{words['codes']} {charts.plane_of(frame.mu).note}")
    st.image(codes, width=MAP, alt=f"Codes of {len(probe.labels)} test images, coloured by class.")
    st.markdown(comparison.legend(run))
    if probe.points:
        return
    shown = min(STRIP, probe.shown)
    strips = {"originals": probe.images[:shown], "reconstructions": frame.reconstructions[:shown], "samples": frame.samples[:STRIP]}
    for name, images in strips.items():
        if len(images):
            st.caption(words[name])
            inline.picture(thumbnails.tiles(images, probe.shape, STRIP, 56), width="stretch", alt=f"{len(images)} {name}")


def _measured(run: runs.Run, words: Mapping[str, str]) -> None:
    st.subheader(words["measures"])
    figures = comparison.measured(run)
    if figures is None:
        _last_terms(run, words)
        return
    told = {name: words[f"{name}-told"] for name in ("elbo", "iw_bound")} if run.recipe.told else {}
    st.markdown(measures.table(figures, {**words, **told}))
    claimed = words["claimed"] if origin(run.id) == "uploaded" else ""
    st.caption(f"{measures.basis(figures)} {claimed}")


def _last_terms(run: runs.Run, words: Mapping[str, str]) -> None:
    """What the last frame says, for a run that did not come to its measures."""
    if run.last is None:
        st.caption(words["unmeasured"])
        return
    known = {name: run.last.test.get(name) for name in ("distortion", "rate")}
    st.markdown(measures.table(known, words))
    st.caption(f"{words['unmeasured']} {words['unfinished']}")


def _settings(run: runs.Run) -> None:
    with st.expander("All its settings"):
        values = run.recipe.to_dict()
        rows = [f"| {plain(one.label)} | {plain(widgets.told(name, values[name]))} | {one.unit} |" for name, one in SETTINGS.items()]
        st.markdown("\n".join(["| Setting | Value | Unit |", "| --- | --- | --- |", *rows]))
        if run.recipe.parent:
            st.caption(f"{forking.began(run.recipe)}.")


def _card(run: runs.Run, words: Mapping[str, str]) -> None:
    """How a model of the lab was made, and how to make it again."""
    try:
        card = json.loads((run.recording.path / "card.json").read_bytes())
        with st.expander("How it was made"):
            st.markdown(f"{card['parameters']:,} parameters, {plain(card['precision'])}. Seed {card['seed']}; {plain(card['split'])}.")
            st.markdown(f"Data: {plain(card['data']['credit'])}.")
            st.markdown("Made with " + ", ".join(f"{plain(name)} {plain(version)}" for name, version in card["versions"].items()) + ".")
            st.caption(words["rebuild"])
            st.code(card["rebuild"], language="bash")
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        st.caption(words["no-card"])


def _name(run: runs.Run, words: Mapping[str, str]) -> bool:
    """A field for its name; True once a new one was given."""
    key = f"name_{run.id}"
    called = runs.called(run.recording, run.id)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input("Name", called, key=key, max_chars=LONGEST, placeholder=run.recipe.kind, help=words["name"], width=320)
        return st.button("Rename", key="rename", on_click=actions.rename, args=(run.id, key))


def _take_away(run: runs.Run, words: Mapping[str, str]) -> None:
    """Download, and for own runs delete."""
    with st.container(horizontal=True):
        st.download_button(
            "Download",
            partial(bundle.pack, run.recording, runs.called(run.recording, run.id)),
            file_name=f"latent-lab-{run.id}.zip",
            mime="application/zip",
            key="download",
            icon="⬇️",
            on_click="ignore",
            disabled=run.status.active or run.last is None,
            help=words["download"],
        )
        if origin(run.id) != "pretrained":
            with st.popover("Delete", icon="🗑️"):
                st.markdown(words["delete"])
                if st.button("Delete for good", key="delete", type="primary", on_click=actions.delete, args=(run.id,)):
                    actions.close_model()
                    st.rerun()
