"""The latent map's JavaScript, run outside of the app: in Node where there is one, else in a browser."""

import base64
import json
import shutil
import subprocess

from chromium import launch
from playwright.sync_api import sync_playwright

from ui.components.latent_map import script

DECODE_BASE64 = "const bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));"


def run_js(names, body, **given):
    """The value of ``return`` in ``body``, run after the named parts; bytes are given as Uint8Array, the rest as JSON."""
    return run_after(script(*names), body, **given)


def run_after(scripts, body, **given):
    """As ``run_js``, after any scripts."""
    values = "\n".join(
        f"const {name} = " + (f'bytesOf("{base64.b64encode(value).decode()}");' if isinstance(value, bytes) else f"{json.dumps(value)};")
        for name, value in given.items()
    )
    code = f"(async () => {{\n{scripts}\n{DECODE_BASE64}\n{values}\nreturn JSON.stringify(await (async () => {{ {body} }})());\n}})()"
    return json.loads(_in_node(code) if shutil.which("node") else _in_browser(code))


def _in_node(code):
    done = subprocess.run(["node", "-"], input=f"{code}.then(console.log)", capture_output=True, text=True, timeout=60, encoding="utf-8")
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def _in_browser(code):
    with sync_playwright() as playwright, launch(playwright.chromium) as browser:
        return browser.new_page().evaluate(f"() => {code}")
