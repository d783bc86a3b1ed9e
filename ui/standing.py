"""How a run stands, as the browser is told it beside the run's frames."""

from typing import Any

from vae_core.recording import Recording


def standing(recording: Recording) -> dict[str, Any]:
    """Where it is, how many frames and which networks there are, and the fingerprint of the images that they encode.

    Frames are counted last: who reads that a run is over has been told of all of them.

    Raises:
        RecordingError: if its status cannot be read.
    """
    status = recording.status
    return {
        "state": status.state,
        "step": status.step,
        "total_steps": status.total_steps,
        "images_per_second": round(status.images_per_second, 1),
        "message": status.message,
        "frames": recording.frame_count,
        "key_frames": recording.key_frames,
        "probe": recording.probe_fingerprint,
    }
