// What the browser knows of one run: the probe, the frames so far, its status. Frames may come in any order.

const ACTIVE_STATES = new Set(["queued", "running"]);
const OPEN_FRAMES = 8;

class Frame {
  constructor(bytes) {
    this.bytes = bytes;
    this.envelope = unpack(bytes);
    Object.assign(this, this.envelope.meta); // index, step, epoch, seconds, train, test
    this.arrays = null;
    this.ranges = new Map();
  }

  open() {
    if (this.arrays) return this.arrays;
    const { envelope } = this;
    this.arrays = Object.fromEntries(envelope.names.map((name) => [name, envelope.array(name)]));
    const [count, dims] = envelope.shape("mu");
    Object.assign(this.arrays, { count, dims });
    if (envelope.shape("sigma")[0] === 0) this.arrays.sigma = null;
    return this.arrays;
  }

  // Where 99 % of the codes lie along one dimension: [low, high].
  range(dim) {
    if (!this.ranges.has(dim)) {
      const [count, dims] = this.envelope.shape("mu");
      const mu = this.arrays?.mu ?? this.envelope.array("mu");
      const values = new Float32Array(count);
      for (let i = 0; i < count; i++) values[i] = mu[i * dims + dim];
      this.ranges.set(dim, count ? middleRange(values) : [-1, 1]);
    }
    return this.ranges.get(dim);
  }
}

class Recording {
  constructor(id) {
    this.id = id;
    this.version = 0; // changes with the frames
    this.clear();
  }

  clear() {
    this.probe = null;
    this.version += 1;
    this.frames = [];
    this.indices = new Set();
    this.unbroken = -1;
    this.ranges = new Map();
    this.status = null;
    this.problem = "";
    this.opened = new Set();
  }

  get active() {
    return this.status !== null && ACTIVE_STATES.has(this.status.state);
  }

  // Whether there are frames that the browser is still to be sent the first of, as far as is known.
  get loading() {
    return !this.problem && (this.status === null || (this.status.frames > 0 && !this.frames.length));
  }

  // Whether all frames of a run that is over are here.
  get complete() {
    return this.status !== null && !this.active && this.contiguous >= this.status.frames - 1;
  }

  get newest() {
    return this.frames.at(-1) ?? null;
  }

  // The last index before the first gap; -1 before the first frame.
  get contiguous() {
    while (this.indices.has(this.unbroken + 1)) this.unbroken += 1;
    return this.unbroken;
  }

  // How many frames are missing before the next that is here; Infinity if none comes after them.
  get gap() {
    const next = this.frames.find(({ index }) => index > this.contiguous);
    return next ? next.index - this.contiguous - 1 : Infinity;
  }

  setProbe(bytes) {
    const envelope = unpack(bytes);
    this.probe = { ...envelope.meta, images: envelope.array("images"), labels: envelope.array("labels"), count: envelope.shape("labels")[0] };
    const { images, labels, shape, count } = this.probe;
    this.probe.sum = labels.reduce((sum, value, i) => sum + value * (i + 1), images.reduce((sum, value) => sum + value, 0)); // tells sets apart
    this.probe.bare = images.length === 0; // some sets may not be handed on: black stands for their images
    if (this.probe.bare) this.probe.images = new Uint8Array(count * shape[0] * shape[1]);
  }

  // A run that was started again has fewer frames than before: then forget the old ones.
  setStatus(status) {
    if (status.frames < this.frames.length) {
      const { probe } = this;
      this.clear();
      this.probe = probe;
    }
    this.status = status;
  }

  add(bytes) {
    const frame = new Frame(bytes);
    if (this.indices.has(frame.index)) return;
    this.version += 1;
    this.indices.add(frame.index);
    let at = this.frames.length;
    while (at > 0 && this.frames[at - 1].index > frame.index) at -= 1;
    this.frames.splice(at, 0, frame);
  }

  // The frame to show at a step: the last one taken by then, else the first.
  at(step) {
    let shown = this.frames[0] ?? null;
    for (const frame of this.frames) {
      if (frame.step > step) break;
      shown = frame;
    }
    return shown;
  }

  // The frames on both sides of a step, and how far between them it lies. A gap that is still to be filled is not bridged.
  around(step) {
    const frame = this.at(step);
    const next = this.frames[this.frames.indexOf(frame) + 1];
    if (!frame || !next || step <= frame.step || next.index !== frame.index + 1) return { frame, next: null, part: 0 };
    return { frame, next, part: (step - frame.step) / (next.step - frame.step) };
  }

  // The arrays of a frame; those of frames not looked at for a while are let go.
  open(frame) {
    this.opened.delete(frame);
    this.opened.add(frame);
    for (const old of this.opened) {
      if (this.opened.size <= OPEN_FRAMES) break;
      old.arrays = null;
      this.opened.delete(old);
    }
    return frame.open();
  }

  // Low and high end of a dimension over the run, within reach of the newest frame, so that playback does not rescale.
  range(dim) {
    if (!this.newest) return [-1, 1];
    const known = this.ranges.get(dim);
    if (known?.version === this.version) return known.range;
    const range = this.rangeOver(dim);
    this.ranges.set(dim, { version: this.version, range });
    return range;
  }

  rangeOver(dim) {
    let [low, high] = this.newest.range(dim);
    const margin = 0.3 * (high - low);
    const [floor, ceiling] = [low - margin, high + margin];
    for (const frame of this.frames) {
      const [a, b] = frame.range(dim);
      low = Math.max(floor, Math.min(low, a));
      high = Math.min(ceiling, Math.max(high, b));
    }
    return [low, high];
  }

  // The key frame whose weights belong to a frame: the nearest at or before it, else the first.
  keyFrame(frame) {
    const keys = this.status?.key_frames ?? [];
    return keys.findLast((index) => index <= frame.index) ?? keys[0] ?? null;
  }

  // The key frame that follows a frame, or null.
  nextKeyFrame(frame) {
    return this.status?.key_frames?.find((index) => index > frame.index) ?? null;
  }
}
