"""At which steps a recording takes frames, and of which of them it keeps the weights."""

import numpy as np

SMALL_MODEL = 100_000
# What one core does, roughly; it only spaces frames, and must not be measured: equal recipes give equal frames.
NOMINAL_FLOPS = 1e11
FRAMES_PER_SECOND = 16
FEWEST, MOST = 48, 160  # asked for; the last step is among the early and the even ones, and early ones meet where updates are few


def frame_steps(total_steps: int, work: float) -> list[int]:
    """The steps at which frames are taken: dense at the start, where most changes, then even. ``work`` is in floating-point operations."""
    count = int(np.clip(FRAMES_PER_SECOND * work / NOMINAL_FLOPS, FEWEST, MOST))
    early = np.geomspace(1, max(total_steps, 1), count // 3)
    even = np.linspace(0, total_steps, count - len(early))
    return sorted({int(step) for step in np.concatenate([early, even]).round()})


class FrameSchedule:
    """The plan of one recording.

    Attributes:
        steps: at which a frame is taken, in order.
    """

    def __init__(self, total_steps: int, work: float, parameters: int) -> None:
        self.steps = frame_steps(total_steps, work)
        self._index = {step: index for index, step in enumerate(self.steps)}
        keys = 24 if parameters <= SMALL_MODEL else 10
        last = len(self.steps) - 1
        self._keys = {round(key * last / (keys - 1)) for key in range(keys)}

    def index(self, step: int) -> int:
        """Which frame is taken at a step; -1 if none is."""
        return self._index.get(step, -1)

    def keeps_weights(self, step: int) -> bool:
        """Whether the frame at a step is a key frame, whose weights are kept."""
        return self.index(step) in self._keys
