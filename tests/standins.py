"""A cluster that trains nothing, for what the engine does around one."""


class StandIn:
    """One place, whose runs never end. It notes what it is given; a ``doomed`` one loses its scheduler as soon as it is given a run."""

    up = 1

    def __init__(self, doomed=False):
        self.given, self.doomed, self.lost, self.closed = [], doomed, False, False

    def subscribe(self, topic, handler):
        pass

    def wait(self):
        pass

    def slots(self):
        return 1

    def submit(self, function, *args, key):
        self.given.append(args[0]["seed"])
        self.lost = self.doomed
        return Endless()

    def raise_flag(self, name):
        if self.lost:
            raise OSError

    def close(self):
        self.closed = True


class Endless:
    """A task that goes on for ever."""

    status = "pending"

    def add_done_callback(self, callback):
        pass

    def release(self):
        pass
