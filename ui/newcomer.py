"""Where somebody else sits down at a browser: it gets a new cookie and an empty notebook."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from ui.cookie import renewed

ADDRESS = "api/newcomer"
NOTEBOOK = "latent-lab:notebook"  # where notebook.js keeps it
_PAGE = f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Latent Lab</title></head><body><script>
try {{ localStorage.removeItem("{NOTEBOOK}") }} catch {{ /* a browser may forbid it, and has kept none then */ }}
location.replace("../")
</script></body></html>
"""


async def newcomer(request: Request) -> Response:
    """A new cookie, and a page that empties the notebook and goes home; 403 unless the lab's own page asks."""
    if request.headers.get("sec-fetch-site") != "same-origin":  # or any page could make a student lose what is theirs
        return PlainTextResponse("Open Your notebook in the lab, and begin as somebody else from there.", 403)
    return HTMLResponse(_PAGE, headers={"Set-Cookie": renewed({}), "Cache-Control": "no-store"})
