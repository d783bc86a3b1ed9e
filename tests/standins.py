"""A cluster that trains nothing, for what the engine does around one."""


class StandIn:
    """One place, whose runs never end. It notes what it is given; a ``doomed`` one loses its scheduler as soon as it is given a run."""

    up, own = 1, True

    def __init__(self, doomed=False):
        self.given, self.doomed, self.lost, self.closed = [], doomed, False, False

    def subscribe(self, topic, handler):
        pass

    def wait(self):
        pass

    def slots(self):
        return 1

    def tell_all(self, function, *args):
        self.told = (function, *args)

    def submit(self, function, *args, key):
        self.given += [order.values["seed"] for order in args[0]]
        self.lost = self.doomed
        return Endless(key)

    def another(self, future):
        return Endless(future.key)

    def raise_flag(self, name):
        if self.lost:
            raise OSError

    def close(self):
        self.closed = True


class Endless:
    """A task that goes on for ever."""

    status = "pending"

    def __init__(self, key):
        self.key = key

    def add_done_callback(self, callback):
        pass

    def release(self):
        pass
