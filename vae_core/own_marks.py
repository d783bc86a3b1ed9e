"""Who brought which pictures, and who keeps them for everybody: small files beside the pictures, which vanish with them.

Who somebody is, is any text, such as a secret that a browser keeps; a mark holds only its hash.
"""

from pathlib import Path

from vae_core.files import write_atomic
from vae_core.glance import forget, holds
from vae_core.keys import key

KEPT = "kept"
_MARK, _KEEPER = "by-", "keeper-"


def bring(folder: Path, who: str, title: str) -> None:
    """Note that somebody brought these pictures, and what they call them."""
    write_atomic(folder / f"{_MARK}{key(who)}", title.encode())


def brought(folder: Path, who: str) -> bool:
    """Whether somebody brought these pictures."""
    return holds(folder, f"{_MARK}{key(who)}")


def title(folder: Path, who: str) -> str:
    """What somebody who brought these pictures calls them; empty for others."""
    try:
        return (folder / f"{_MARK}{key(who)}").read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def keep(folder: Path, who: str, title: str) -> None:
    """List pictures for everybody, for as long as anybody keeps them; the title is that of the first who did."""
    write_atomic(folder / f"{_KEEPER}{key(who)}", b"")
    if not kept(folder):
        write_atomic(folder / KEPT, title.encode())


def kept(folder: Path) -> bool:
    """Whether pictures are listed for everybody."""
    return holds(folder, KEPT)


def shown(folder: Path) -> str:
    """The title under which pictures are listed for everybody; empty if they are not."""
    try:
        return (folder / KEPT).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def keeper(folder: Path, who: str) -> bool:
    """Whether this person, perhaps with others, has them listed for everybody."""
    return kept(folder) and holds(folder, f"{_KEEPER}{key(who)}")


def leave(folder: Path, who: str) -> bool:
    """Take somebody's marks away; says whether they had any, and nobody needs the pictures now."""
    had = brought(folder, who) or keeper(folder, who)
    for mark in (_MARK, _KEEPER):
        (folder / f"{mark}{key(who)}").unlink(missing_ok=True)
    forget()
    if not any(folder.glob(f"{_KEEPER}*")):
        (folder / KEPT).unlink(missing_ok=True)
        forget()
    return had and not kept(folder) and not any(folder.glob(f"{_MARK}*"))
