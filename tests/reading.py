"""What tests read of a recording."""


def frames_of(recording):
    """All its frames, in order."""
    return [recording.frame(index) for index in range(recording.frame_count)]
