"""Pictures that people brought: which of them this session may see, and what they are called.

A set belongs to the student who brought it, and to a session that opened an address which names it: the name is made from the pictures,
so it cannot be guessed. Sets that were saved for everyone are listed for everyone.
"""

import re
from collections.abc import Sequence

import streamlit as st

from jobs.settings import data_folder
from ui import student
from vae_core import own_data, own_marks
from vae_core.catalogue import entry
from vae_core.splits import NoData

_MINE = "_own_data"
_ODD = re.compile(r"[^\w ]|_")


def is_own(name: str) -> bool:
    """Whether this is the name of pictures that somebody brought."""
    return own_data.NAME.fullmatch(name) is not None


def clean(title: str) -> str:
    """A title of letters, digits and spaces: it may stand anywhere, also where Markdown counts."""
    return " ".join(_ODD.sub(" ", title).split())[: own_data.TITLE_LENGTH]


def titles() -> dict[str, str]:
    """Names and titles of the sets that this session may see and that are still here; its own first."""
    root, who = data_folder(), student.identity()
    mine = own_data.brought(root, who) | st.session_state.get(_MINE, {})
    mine = {name: title for name, title in mine.items() if own_data.present(name, root)}
    return mine | {name: clean(title) for name, title in own_data.saved(root).items()}


def title(name: str) -> str:
    """What people call a data set; four digits tell own pictures of one title apart."""
    if not is_own(name):
        return entry(name).title
    folder = data_folder() / name
    called = st.session_state.get(_MINE, {}).get(name) or clean(own_marks.title(folder, student.identity()) or own_marks.shown(folder))
    return f"{called or entry(name).title} · {name[4:8]}"


def visible(name: str) -> bool:
    """Whether this session may be shown a data set in a list."""
    return not is_own(name) or name in titles()


def stored(name: str) -> bool:
    """Whether these are pictures that somebody brought and that are still here."""
    return own_data.present(name, data_folder())


def drawn_in_lists(name: str) -> bool:
    """Whether a list may draw what was trained on a data set: at the machine itself everybody's runs stand, and others may be looking."""
    return student.identity() != student.HERE or visible(name)


def take(name: str, called: str) -> None:
    """Give a set to this session."""
    st.session_state.setdefault(_MINE, {})[name] = clean(called)


def adopt(name: str) -> bool:
    """Give this session a set that its address names; says whether the set is here."""
    if not visible(name):
        try:
            called = own_data.read(name, data_folder())[1]
            take(name, own_marks.title(data_folder() / name, student.identity()) or called)
        except NoData:
            return False
    return True


def removable(name: str) -> bool:
    """Whether this student may remove a set: what is kept for everyone, only who keeps it, or the person at the machine itself."""
    who, folder = student.identity(), data_folder() / name
    return who == student.HERE or not own_marks.kept(folder) or own_marks.keeper(folder, who)


def forget(name: str) -> None:
    """Remove a set from this student's lists, and from disk if nobody else brought it; one that is kept for everyone, for everyone."""
    if not removable(name):
        return
    st.session_state.get(_MINE, {}).pop(name, None)
    if student.identity() == student.HERE and own_marks.kept(data_folder() / name):
        own_data.forget(name, data_folder())
    else:
        own_data.leave(name, data_folder(), student.identity())


def among(names: Sequence[str], chosen: str) -> list[str]:
    """Data sets to choose from: ``names``, the sets that this session may see, and the one that is chosen already."""
    return list(dict.fromkeys([*names, *titles(), *([chosen] if chosen else [])]))
