"""Find a Chromium, Chrome or Edge on this machine, or install one, and start it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge", "msedge")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
HELP = (
    "The browser tests need Chromium, Chrome or Edge, and none was found or could be installed. "
    "Install one (Debian or Ubuntu: sudo apt-get install chromium; elsewhere: python -m playwright install chromium), "
    "or set LATENT_LAB_BROWSER to the program's path, and run the tests again."
)


def find(own: str) -> str | None:
    """Path of a browser that is here already; ``own`` is where Playwright keeps its own."""
    named = os.environ.get("LATENT_LAB_BROWSER")
    found = [shutil.which(name) for name in ((named,) if named else NAMES)]
    return next((path for path in (*found, *PLACES, own) if path and Path(path).exists()), None)


def install() -> None:
    """Debian's package where we may, else Playwright's own download."""
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        done = subprocess.run(["apt-get", "install", "-y", "-qq", "chromium"], check=False)
        if done.returncode == 0:
            return
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


def path(own: str) -> str:
    """A browser to drive; installs one if there is none. ``own`` is where Playwright keeps its own.

    Raises:
        RuntimeError: with instructions, if there is none to be had.
    """
    found = find(own)
    if found is None:
        install()
        found = find(own)
    if found is None:
        raise RuntimeError(HELP)
    return found


def launch(kind, *arguments):
    """Start a browser without a screen; ``kind`` is Playwright's ``chromium``.

    Raises:
        RuntimeError: with instructions, if there is none to be had.
    """
    return kind.launch(executable_path=path(kind.executable_path), args=[*ARGUMENTS, *arguments])
