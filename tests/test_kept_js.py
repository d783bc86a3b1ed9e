"""What a browser keeps of runs that are over, and when it does not trust it."""

from node import run_js

LOGIC = ("wire", "extras", "network", "noise", "moment", "blend", "recording", "kept", "feed")
# A server with one run, whose frames are as many as it says; what it was asked for stands in `asked`.
SERVER = """
  const asked = [], standing = { state: "done", frames: 3, key_frames: [2], probe: "" };
  const withLength = (bytes) => [...new Uint8Array(Uint32Array.of(bytes.length).buffer), ...bytes];
  const frame = (index) => withLength(new TextEncoder().encode(JSON.stringify({ meta: { index, step: index }, arrays: {} }).padEnd(400)));
  const record = (index) => withLength(frame(index));
  globalThis.document = { baseURI: "http://lab/" };
  globalThis.fetch = async (url) => {
    const query = url.searchParams;
    asked.push(url.pathname.split("/").slice(4).join("/") + url.search);
    const all = [...Array(standing.frames).keys()];
    const sent = query.get("newest") ? all.slice(-1) : all.filter((index) => index > Number(query.get("after")));
    const body = url.pathname.includes("weights") ? Uint8Array.of(1, 2, 3) : new Uint8Array(sent.flatMap(record));
    return new Response(sent.length ? body : null, { status: sent.length ? 200 : 204, headers: { "x-run": JSON.stringify(standing) } });
  };
  const open = async (begun) => {
    const recording = new Recording("r");
    recording.probe = {};
    const feed = new RouteFeed(recording, { id: "r", begun, images: "" }, () => {}, () => {});
    feed.start();
    while (feed.running) await new Promise((resolve) => setTimeout(resolve, 1));
    return { feed, recording };
  };
"""


def run(body):
    return run_js(LOGIC, SERVER + body)


def test_a_run_that_is_over_comes_once():
    answer = run(
        """const first = await open(5);
        const before = asked.splice(0).length;
        const again = await open(5);
        return { before, asked, indices: again.recording.frames.map(({ index }) => index), state: again.recording.status.state };"""
    )
    assert answer == {"before": 2, "asked": ["frames?after=2&wait=0"], "indices": [0, 1, 2], "state": "done"}


def test_a_run_that_was_begun_anew_is_read_anew():
    answer = run(
        """await open(5);
        asked.splice(0);
        const { recording } = await open(6);
        return { asked, indices: recording.frames.map(({ index }) => index) };"""
    )
    assert answer == {"asked": ["frames?newest=1&wait=0", "frames?after=-1&limit=2&form=slim"], "indices": [0, 1, 2]}


def test_what_is_kept_is_not_trusted_if_the_server_has_fewer_frames():
    answer = run(
        """await open(5);
        asked.splice(0);
        standing.frames = 2;
        const { recording } = await open(5);
        return { asked, indices: recording.frames.map(({ index }) => index) };"""
    )
    assert answer["asked"][0] == "frames?after=2&wait=0"
    assert answer["asked"][1].startswith("frames?after=-1&")
    assert answer["indices"] == [0, 1]


def test_networks_of_a_run_that_is_over_come_once_and_a_whole_one_serves_for_its_decoder():
    answer = run(
        """const { feed } = await open(5);
        asked.splice(0);
        await feed.weights(2, false);
        await feed.weights(2, true);
        const again = (await open(5)).feed;
        const sizes = [(await again.weights(2, true)).length, (await again.weights(2, false)).length];
        return { sizes, weights: asked.filter((path) => path.startsWith("weights")) };"""
    )
    assert answer == {"sizes": [3, 3], "weights": ["weights/2?part=decoder", "weights/2"]}


def test_networks_of_a_run_that_goes_on_are_not_kept():
    answer = run(
        """standing.state = "running";
        const recording = new Recording("r");
        recording.setStatus(standing);
        const feed = new RouteFeed(recording, { id: "r", begun: 5, images: "" }, () => {}, () => {});
        feed.control = new AbortController();
        await feed.weights(2, true);
        await feed.weights(2, true);
        return asked;"""
    )
    assert answer == ["weights/2", "weights/2"]


def test_the_runs_that_were_not_shown_for_longest_make_room():
    answer = run(
        """for (const id of ["a", "b", "c"]) Kept.of({ id, begun: 1 }).keepNetwork(0, true, new Uint8Array(0.4 * KEPT_BYTES));
        const after = [...KEPT.keys()];
        Kept.of({ id: "b", begun: 1 });
        Kept.of({ id: "d", begun: 1 }).keepNetwork(0, true, new Uint8Array(0.4 * KEPT_BYTES));
        const then = [...KEPT.keys()];
        Kept.of({ id: "e", begun: 1 }).keepNetwork(0, true, new Uint8Array(2 * KEPT_BYTES));
        return [after, then, [...KEPT.keys()]];"""
    )
    assert answer == [["b 1", "c 1"], ["b 1", "d 1"], ["e 1"]]


def test_the_network_of_a_run_that_is_over_comes_before_its_story():
    answer = run(
        """const soon = globalThis.fetch;
        globalThis.fetch = async (url) => {
          const answer = soon(url);
          if (!url.pathname.includes("weights")) return answer;
          await new Promise((resolve) => setTimeout(resolve, 300));
          asked.push("it is here");
          return answer;
        };
        const recording = new Recording("r");
        recording.probe = {};
        const wanting = () => { if (!feed.coming) feed.weights(2, false); };
        const feed = new RouteFeed(recording, { id: "r", begun: 5, images: "" }, wanting, () => {});
        feed.start();
        while (feed.running) await new Promise((resolve) => setTimeout(resolve, 1));
        return asked;"""
    )
    assert answer == ["frames?newest=1&wait=0", "weights/2?part=decoder", "it is here", "frames?after=-1&limit=2&form=slim"]
