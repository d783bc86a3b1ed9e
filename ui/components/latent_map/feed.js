// How a recording is filled: by long poll from the app's route, or from a payload that a fragment sends.

const LIVE_WEIGHTS_EVERY = 1000; // ms, while somebody is at the map
const IDLE_RATE = 20; // bytes of networks a ms, while nobody is: small ones come every two seconds, large ones every twenty
const BATCH = 48; // frames asked for at once
const DRAWN = 50; // ms after which what a new frame needs has been asked for
const LIVE_BYTES = 110_000; // of frames of a run that goes on: over a slow line the next ones should be seen before all are there
const KEPT_NETWORKS = 24;
const KEPT_PROBES = 4;
const ATTEMPTS = 2; // at hearing from the routes once more, before they are thought not to exist
const LOOK_IN = 1500; // ms between two looks at a queued run for which there is no place
const SOON = 100; // ms until somebody asks again for a run that is not made yet
const MISSED = 3000; // ms after which a network that did not come is asked for again
const PROBES = new Map(); // fingerprint → promise of bytes

const sleep = (ms, signal) =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener("abort", () => { clearTimeout(timer); resolve(); }, { once: true });
  });

class Gate {
  constructor(places) {
    Object.assign(this, { free: places, waiting: [] });
  }

  // Does something once there is a place for it.
  async pass(work) {
    if (this.free > 0) this.free -= 1;
    else await new Promise((resolve) => this.waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.free += 1;
    }
  }
}

// Browsers open six connections a host; polls that wait for news must leave some for all else, and those of queued runs, which may
// wait long, some for those that train.
const WAITING = new Gate(4);
const QUEUED = new Gate(2);

// Where a route does not exist, hosts answer 404 or with the app's page.
const served = (response) => response.ok && !(response.headers.get("content-type") ?? "").includes("text/html");

function refusal(response) {
  const gone = response.status === 404;
  return Object.assign(new Error(gone ? "This run is no longer here." : "The app gave no answer. Trying again…"), { absent: gone || response.ok });
}

class RouteFeed {
  // coming: the network that was asked for last; run.images: fingerprint of the run's test images, where the page knows it, so that they are fetched beside the first frame
  // run.begun: null of a run that is about to be made; script: where the board's own script came from
  constructor(recording, run, changed, unavailable, script) {
    Object.assign(this, { script, recording, run, changed, unavailable, reached: false, running: false, ended: -Infinity, coming: null });
  }

  get kept() {
    return Kept.of(this.run);
  }

  // Soon after its end a run may be begun anew: then this looks once more, a little later.
  start() {
    clearTimeout(this.later);
    if (this.running) return;
    const early = 500 - (performance.now() - this.ended);
    if (early > 0) {
      this.later = setTimeout(() => this.start(), early);
      return;
    }
    this.running = true;
    this.control = new AbortController();
    this.follow(this.control.signal).finally(() => { this.running = false; this.ended = performance.now(); });
  }

  stop() {
    clearTimeout(this.later);
    this.control?.abort();
  }

  async get(path, signal = this.control.signal) {
    const url = new URL(`api/runs/${encodeURIComponent(this.recording.id)}/${path}`, document.baseURI);
    const response = await fetch(url, { signal, cache: "no-store" });
    return { response, found: served(response) };
  }

  async follow(signal) {
    for (let failures = 0; !signal.aborted; ) {
      try {
        const more = await this.readFrames();
        this.recording.problem = "";
        failures = 0;
        this.changed();
        if (!more) return;
      } catch (error) {
        if (signal.aborted) return;
        const unheard = !this.reached && (error.absent || error instanceof TypeError);
        const patient = unheard && failures < ATTEMPTS;
        if (unheard && !patient && (await this.withoutRoutes(signal))) return this.unavailable();
        if (!patient) {
          this.recording.problem = error instanceof TypeError ? "The connection was lost. Trying again…" : error.message;
          this.changed();
        }
        await sleep(Math.min(8000, 400 * 2 ** failures++), signal);
      }
    }
  }

  // Whether the app serves no routes of ours at all, rather than not this run. While nothing answers, nobody knows.
  async withoutRoutes(signal) {
    try {
      const response = await fetch(new URL(this.script, document.baseURI), { signal, cache: "no-store" });
      this.reached = served(response);
      return !this.reached && refusal(response).absent;
    } catch {
      return false;
    }
  }

  // One answer, at first the newest frame at once and the story so far after it; says whether there is more to ask for.
  async readFrames() {
    const { recording, kept, run } = this;
    const opening = recording.status === null;
    const first = run.begun === null ? "first" : `frames?${kept.frames.length ? `after=${kept.frames.length - 1}` : "newest=1"}&wait=0`;
    if (!opening && !recording.active && recording.contiguous < 0) await this.networkFirst();
    const answer = opening ? this.poll(first) : this.pollNext(`frames?after=${recording.contiguous}&limit=${Math.min(this.batch, recording.gap)}`);
    if (run.images) this.readProbe(run.images).catch(() => {}); // tried again below, where it is told if it fails
    await answer;
    if (recording.status === null) return sleep(SOON, this.control.signal).then(() => true);
    if (opening) this.recall();
    if (recording.status.frames > 0) await this.readProbe(recording.status.probe || recording.id);
    if (recording.complete) kept.keepFrames(recording.frames);
    return !recording.complete;
  }

  // How many frames to ask for; those of one run are of one size.
  get batch() {
    const { active, newest } = this.recording;
    return active && newest ? Math.min(BATCH, Math.max(1, Math.floor(LIVE_BYTES / newest.bytes.length))) : BATCH;
  }

  // With the network the map can be dragged; over a slow line the story of a run that is over takes far longer to come.
  async networkFirst() {
    await sleep(DRAWN, this.control.signal);
    await this.coming?.catch(() => {}); // whoever wanted it is told
  }

  // What an earlier page has read, unless the run goes on.
  recall() {
    const { recording, kept } = this;
    if (recording.active || recording.status.frames !== kept.frames.length) kept.clear();
    else kept.frames.forEach((bytes) => recording.add(bytes));
  }

  // Runs on the same images fetch them once.
  async readProbe(key) {
    if (this.recording.probe) return;
    if (!PROBES.has(key)) PROBES.set(key, this.fetchProbe());
    try {
      this.recording.setProbe(await PROBES.get(key));
    } catch (error) {
      PROBES.delete(key);
      throw error;
    }
    if (PROBES.size > KEPT_PROBES) PROBES.delete(PROBES.keys().next().value);
    this.changed();
  }

  async fetchProbe() {
    const { response, found } = await this.get("probe", null); // others may wait for it when this run leaves the page
    if (!found) throw new Error("The test images of this run are not there.");
    return new Uint8Array(await response.arrayBuffer());
  }

  // The answer of a run that is over is there at once.
  async pollNext(which) {
    const { active, status } = this.recording;
    if (!active) return this.poll(which, true);
    const wait = () => WAITING.pass(() => this.poll(which, true));
    if (status.state !== "queued") return wait();
    if (QUEUED.free > 0) return QUEUED.pass(wait);
    await sleep(LOOK_IN, this.control.signal);
    return this.poll(`${which}&wait=0`, true);
  }

  // wait=0 asks for an answer at once, so that a queued run says so; slim frames are rounded to what can be seen. Of a run that is still to
  // be made no answer says how it stands.
  async poll(which, slim = false) {
    const { response, found } = await this.get(`${which}${slim ? "&form=slim" : ""}`);
    const header = response.headers.get("x-run");
    if (response.status === 204 && !header) return;
    if (!found || !header) throw refusal(response);
    this.reached = true;
    this.recording.setStatus(JSON.parse(header));
    const blobs = response.status === 204 ? [] : records(new Uint8Array(await response.arrayBuffer()));
    (slim ? addUp(blobs) : blobs).forEach((bytes) => this.recording.add(bytes));
    this.changed();
  }

  // The network at a key frame; with or without its encoder, which is half of it.
  weights(index, whole) {
    const known = this.kept.network(index, whole);
    return known ? Promise.resolve(known) : (this.coming = this.fetchNetwork(index, whole));
  }

  async fetchNetwork(index, whole) {
    const { response, found } = await this.get(`weights/${index}${whole ? "" : "?part=decoder"}`);
    if (!found) throw new Error("These weights are not there.");
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (!this.recording.active) this.kept.keepNetwork(index, whole, bytes);
    return bytes;
  }

  // The image at a code, decoded by the server, which tells the model a label if it takes one: bytes.
  async decode(index, z, label) {
    const { response, found } = await this.get(`decode/${index}?z=${z.join()}&label=${label}`);
    if (!found) throw new Error(response.status === 422 ? "The server cannot draw it either." : "The server gave no picture.");
    return new Uint8Array(await response.arrayBuffer());
  }
}

class PayloadFeed {
  constructor(recording) {
    Object.assign(this, { recording, blobs: new Map() });
  }

  start() {}

  stop() {}

  // Frames and weights that came before are not read again.
  read(envelope) {
    const { recording, blobs } = this;
    const status = envelope.meta.status[recording.id];
    if (!status) return;
    recording.setStatus(status);
    for (const name of envelope.names) {
      const [kind, id, index] = name.split("/");
      if (id !== recording.id) continue;
      if (kind === "probe" && !recording.probe) recording.setProbe(envelope.array(name));
      if (kind === "frame" && !recording.indices.has(Number(index))) recording.add(envelope.array(name));
      if (kind === "weights" && !blobs.has(Number(index))) blobs.set(Number(index), envelope.array(name));
    }
    recording.status.key_frames = [...blobs.keys()].sort((a, b) => a - b);
  }

  async weights(index) {
    return this.blobs.get(index);
  }

  // Payloads go one way.
  async decode() {
    throw new Error("This browser cannot decode it, and here the server cannot be asked.");
  }
}

// The networks of a run at its key frames: fetched when first wanted, the last used are kept.
class NetworkShelf {
  constructor(feed, ready) {
    Object.assign(this, { feed, ready, kept: new Map(), unable: "", classes: 0, wanted: null, busy: false, last: -Infinity, size: 0, missing: new Map() });
  }

  // What was loaded or used last, or null.
  get newest() {
    return [...this.kept.values()].at(-1) ?? null;
  }

  // Milliseconds between two loads while a run trains.
  pace(attended) {
    return attended ? LIVE_WEIGHTS_EVERY : Math.max(LIVE_WEIGHTS_EVERY, this.size / IDLE_RATE);
  }

  // `every`: milliseconds between two loads; `whole`: the encoder is wanted too.
  get(index, every, whole) {
    const network = this.kept.get(index);
    if (network) {
      this.kept.delete(index);
      this.kept.set(index, network);
      if (network.canEncode || !whole) return network;
    }
    if (performance.now() - (this.missing.get(index) ?? -Infinity) > MISSED) this.want(index, every, whole);
    return network ?? null;
  }

  async want(index, every, whole) {
    Object.assign(this, { wanted: index, every, whole });
    if (this.busy) return;
    this.busy = true;
    while (this.wanted !== null) {
      for (let left = 1; left > 0; ) { // somebody may come to the map, or the run end, while this waits
        left = this.every - (performance.now() - this.last);
        if (left > 0) await sleep(Math.min(left, 250));
      }
      const next = this.wanted;
      this.wanted = null;
      await this.load(next, this.whole);
    }
    this.busy = false;
  }

  async load(index, whole) {
    const at = this.kept.get(index);
    if (at && (at.canEncode || !whole)) return;
    try {
      this.last = performance.now();
      const bytes = await this.feed.weights(index, whole);
      this.size = bytes.length;
      this.kept.set(index, networkFrom(bytes));
      if (this.kept.size > KEPT_NETWORKS) this.kept.delete(this.kept.keys().next().value);
      this.ready();
    } catch (error) {
      if (error instanceof UnknownOperation) Object.assign(this, { unable: "This network cannot run in the browser.", classes: error.classes });
      this.missing.set(index, this.unable ? Infinity : performance.now());
      if (this.unable) return this.ready();
      clearTimeout(this.again);
      this.again = setTimeout(() => { this.missing.delete(index); this.ready(); }, MISSED); // nobody may move anything meanwhile
    }
  }
}
