"""How the board asks for runs: what waits for what, and what it makes of answers that do not come."""

from node import run_js

LOGIC = ("wire", "extras", "network", "noise", "moment", "blend", "recording", "kept", "feed")
# A server of runs without frames, each in the state that `states` says; polls that wait for news wait until they are answered.
SERVER = """
  const asked = [], held = new Map(), states = {}, later = [], soon = setTimeout;
  globalThis.document = { baseURI: "http://lab/" };
  globalThis.setTimeout = (act, ms) => later.push([act, ms]);
  const settle = async () => { for (let turn = 0; turn < 20; turn++) await new Promise((done) => soon(done, 0)); };
  const status = (id) => JSON.stringify({ state: states[id], frames: 0, key_frames: [], probe: "" });
  const standing = (id) => new Response(null, { status: 204, headers: { "x-run": status(id) } });
  globalThis.fetch = (url) => {
    const id = url.pathname.split("/")[3];
    asked.push(id);
    if (url.searchParams.get("wait") === "0") return Promise.resolve(standing(id));
    return new Promise((done) => held.set(id, done));
  };
  const answer = async (id) => { const done = held.get(id); held.delete(id); done(standing(id)); await settle(); };
  const follow = async (id, state) => {
    states[id] = state;
    new RouteFeed(new Recording(id), { id, begun: 1, images: "" }, () => {}, () => {}).start();
    await settle();
  };
"""


def run(body):
    return run_js(LOGIC, SERVER + body)


def test_runs_that_train_are_heard_of_however_many_wait_in_the_queue():
    answer = run(
        """for (const id of ["q1", "q2", "q3", "q4"]) await follow(id, "queued");
        for (const id of ["r1", "r2"]) await follow(id, "running");
        const waiting = [...held.keys()];
        asked.length = 0;
        for (let frame = 0; frame < 3; frame++) for (const id of ["r1", "r2"]) await answer(id);
        const trained = asked.splice(0);
        await follow("over", "done");
        const over = asked.splice(0);
        later.splice(0).forEach(([act]) => act());
        await settle();
        const looked = asked.splice(0);
        states.q1 = "running";
        await answer("q1");
        later.splice(0).forEach(([act]) => act());
        await settle();
        return { waiting, trained, over, looked, then: [...held.keys()].sort() };"""
    )
    assert answer["waiting"] == ["q1", "q2", "r1", "r2"]
    assert answer["trained"] == ["r1", "r2"] * 3
    assert answer["over"] == ["over"]
    assert answer["looked"] == ["q3", "q4"]
    assert answer["then"] == ["q1", "q2", "r1", "r2"]


def test_no_more_polls_wait_than_leave_connections_for_other_things():
    answer = run(
        """for (const id of ["q1", "q2"]) await follow(id, "queued");
        for (const id of ["r1", "r2", "r3", "r4"]) await follow(id, "running");
        const before = [...held.keys()];
        await answer("r1");
        return [before, [...held.keys()]];"""
    )
    assert answer == [["q1", "q2", "r1", "r2"], ["q1", "q2", "r2", "r3"]]


def test_test_images_still_come_when_the_run_that_asked_for_them_leaves_the_page():
    answer = run(
        """Recording.prototype.setProbe = function (bytes) { this.probe = [...bytes]; };
        let give = null;
        globalThis.fetch = (url, { signal }) => new Promise((done, fail) => {
          asked.push(String(url).split("/").at(-1));
          signal?.addEventListener("abort", () => fail(new DOMException("", "AbortError")));
          give = () => done(new Response(Uint8Array.of(7)));
        });
        const feeds = ["a", "b"].map((id) => {
          const feed = new RouteFeed(new Recording(id), { id, begun: 1, images: "" }, () => {}, () => {});
          return Object.assign(feed, { control: new AbortController() });
        });
        const read = feeds.map((feed) => feed.readProbe("1a2b").catch(({ name }) => name));
        feeds[0].stop();
        await settle();
        give();
        await Promise.all(read);
        return { asked, probe: feeds[1].recording.probe };"""
    )
    assert answer == {"asked": ["probe"], "probe": [7]}


def test_a_network_that_did_not_come_is_asked_for_again_though_nobody_moves_anything():
    answer = run(
        """let now = 0;
        performance.now = () => now;
        const feed = { weights: async (index) => { asked.push(now); throw new TypeError("Failed to fetch"); } };
        const shelf = new NetworkShelf(feed, () => shelf.get(2, 0, false));
        shelf.get(2, 0, false);
        for (let turn = 0; turn < 2; turn++) {
          await settle();
          const [[act, ms]] = later.splice(0);
          now += ms;
          act();
        }
        await settle();
        return asked;"""
    )
    assert answer == [0, 3000, 6000]


FALL = """
  const fall = async (...answers) => {
    let gone = false;
    globalThis.fetch = async ({ pathname }) => {
      asked.push(pathname.includes("instrument") ? "script" : "run");
      const [run, script] = answers.length > 1 ? answers.shift() : answers[0];
      const status = asked.at(-1) === "script" ? script : run;
      if (!status) throw new TypeError("Failed to fetch");
      return status === 204 ? standing("r") : new Response("", { status, headers: { "content-type": "text/plain" } });
    };
    states.r = "done";
    const recording = new Recording("r");
    const feed = new RouteFeed(recording, { id: "r", begun: 1, images: "" }, () => {}, () => { gone = true; }, "api/instrument/1.js");
    feed.start();
    for (let turn = 0; turn < 6; turn++) { await settle(); later.splice(0).forEach(([act]) => act()); }
    return { gone, goes_on: feed.running, problem: recording.problem, asked: asked.splice(0).slice(0, 5) };
  };
"""


def test_a_host_without_routes_is_one_where_the_script_is_not_to_be_had_either():
    without = {"gone": True, "goes_on": False, "problem": "", "asked": ["run", "run", "run", "script"]}
    assert run(FALL + "return fall([404, 404]);") == without
    assert run(FALL + "return fall([0, 404]);") == without


WAITING = {"gone": False, "goes_on": True, "asked": ["run", "run", "run", "script", "run"]}


def test_a_run_that_another_tab_deleted_says_so_and_is_looked_for_again():
    assert run(FALL + "return fall([404, 200]);") == WAITING | {"problem": "This run is no longer here."}


def test_a_short_outage_is_waited_for():
    assert run(FALL + "return fall([0, 0]);") == WAITING | {"problem": "The connection was lost. Trying again…"}
    back = run(FALL + "return fall([0, 0], [0, 0], [0, 0], [0, 502], [204, 200]);")
    assert back == WAITING | {"goes_on": False, "problem": ""}
