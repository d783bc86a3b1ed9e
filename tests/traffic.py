"""What a page fetches from the app's routes, counted as it travels."""

import json
import re
import struct
from collections import Counter

PATH = re.compile(r"/api/runs/([^/]+)/(\w+)(?:/(\d+))?")
OF_FRAMES = ("frames", "first")


class Traffic:
    """Bytes by run and kind as they come over the wire, and how often each frame and each file of weights came."""

    def __init__(self, page):
        self.bytes, self.weights = Counter(), Counter()
        self._kinds, self._frames = {}, []
        self._client = page.context.new_cdp_session(page)
        self._client.send("Network.enable")
        self._client.on("Network.responseReceived", self._begin)
        self._client.on("Network.loadingFinished", self._end)
        page.on("requestfinished", self._keep)

    def _begin(self, event):
        if found := PATH.search(event["response"]["url"]):
            self._kinds[event["requestId"]] = found[1], "frames" if found[2] in OF_FRAMES else found[2]

    def _end(self, event):
        if kind := self._kinds.pop(event["requestId"], None):
            self.bytes[kind] += event["encodedDataLength"]

    def _keep(self, request):
        found = PATH.search(request.url)
        if found and found[2] == "weights":
            self.weights[found[1], int(found[3])] += 1
        if found and found[2] in OF_FRAMES:
            self._frames.append((found[1], request))

    def frames(self):
        """How often each frame came: (run, index) → count."""
        count = Counter()
        for run, request in self._frames:
            answer = request.response()
            if answer is not None and answer.status == 200:
                count.update((run, index) for index in _indices(answer.body()))
        return count

    def by_kind(self):
        """Bytes of the runs that were trained here, by kind."""
        kinds = Counter()
        for (run, kind), size in self.bytes.items():
            if not run.startswith("p-"):
                kinds[kind] += size
        return kinds

    def __str__(self):
        kinds = self.by_kind()
        parts = ", ".join(f"{kind} {size / 1e6:.2f}" for kind, size in sorted(kinds.items()))
        return f"{kinds.total() / 1e6:5.2f} MB   ({parts})"


def _indices(body):
    """The frames in an answer, each ``uint32`` length | envelope; an envelope begins with its header's length and the header."""
    at = 0
    while at < len(body):
        length, header = struct.unpack_from("<II", body, at)
        yield json.loads(body[at + 8 : at + 8 + header])["meta"]["index"]
        at += 4 + length
