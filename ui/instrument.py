"""The instrument's script, for browsers to keep: a message that changes what the instrument shows need not carry it."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from ui.components.latent_map import VERSION, WHOLE
from ui.parcel import Parcel

_script = Parcel("instrument.js", WHOLE.encode)


async def instrument(request: Request) -> Response:
    """The script; 404 for one of another version."""
    if request.path_params["version"] != VERSION:
        return PlainTextResponse("The lab has another version of this script.", 404)
    return await _script.answer(request)
