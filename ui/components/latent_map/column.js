// One model: its title and progress, its map, the image under the pointer, and what else the page asks for.

const TWEEN = 180; // ms
const REACH = { mouse: 10, pen: 12, touch: 20 };

class Column {
  // host: the Instrument (player, show, theme, colors, ask, pick, released, announce)
  constructor(run, panels, host) {
    Object.assign(this, { run, panels, host, selected: null, hovered: null, frame: null, points: null, radii: null, network: null, box: null });
    this.dims = run.latent_dim > 1 ? [0, 1] : [0];
    this.z = new Float32Array(run.latent_dim);
    this.recording = new Recording(run.id);
    this.manifold = new Manifold();
    this.build();
    this.staleImage = true;
  }

  get flat() {
    return this.dims.length === 1;
  }

  connect(feed) {
    this.feed = feed;
    this.shelf = new NetworkShelf(feed, () => this.host.ask());
  }

  // ---- elements ----

  build() {
    const { run } = this;
    const has = (panel) => this.panels.includes(panel);
    this.title = el("h4", { textContent: run.title });
    this.bar = el("progress", { max: 1, value: 0, ariaLabel: `${run.title}: progress` });
    this.state = el("p", { className: "state", role: "status" });
    const parts = [el("header", {}, this.title, ...this.axisChoice()), this.bar, this.state];
    const pair = el("div", { className: "pair" });
    if (has("map")) pair.append(this.buildMap());
    if (has("image")) pair.append(el("div", { className: "side" }, ...this.buildImages()));
    if (has("sliders")) pair.append(this.buildSliders());
    parts.push(el("div", { className: "holder" }, pair));
    this.reconstructions = has("reconstructions") ? new Reconstructions() : null;
    this.samples = has("samples") ? new Samples() : null;
    this.interpolation = has("interpolation") ? new Interpolation() : null;
    this.traversals = has("traversals") ? new Traversals(run.latent_dim) : null;
    const strips = [this.reconstructions, this.samples, this.interpolation, this.traversals].filter(Boolean);
    parts.push(el("div", { className: "strips" }, ...strips.map(({ root }) => root)));
    this.root = el("section", { className: "model", ariaLabel: run.title }, ...parts);
    this.root.style.setProperty("--run", run.color);
  }

  axisChoice() {
    if (this.run.latent_dim <= 2 || !this.panels.includes("map")) return [];
    const names = Array.from({ length: this.run.latent_dim }, (_, dim) => dimName(dim));
    const choices = ["Horizontal axis", "Vertical axis"].map((label, side) => {
      const select = el("select", { title: label, ariaLabel: label }, ...names.map((name, dim) => el("option", { value: dim, textContent: name })));
      select.value = String(this.dims[side]);
      select.onchange = () => this.setAxis(side, Number(select.value));
      return select;
    });
    this.axisSelects = choices;
    return [el("span", { className: "axes" }, choices[0], " × ", choices[1])];
  }

  // Choosing the other axis' dimension swaps the two.
  setAxis(side, dim) {
    if (this.dims[1 - side] === dim) this.dims[1 - side] = this.dims[side];
    this.dims[side] = dim;
    this.axisSelects.forEach((select, i) => { select.value = String(this.dims[i]); });
    this.frame = null;
    this.box = null;
    this.host.ask();
  }

  buildMap() {
    this.canvas = el("canvas", { className: "map", tabIndex: 0, role: "application", ariaLabel: `${this.run.title}: latent map, no code yet` });
    this.canvas.setAttribute("aria-roledescription", "latent map");
    this.wait = el("div", { className: "wait" });
    this.map = new LatentMap(this.canvas);
    this.bindPointer();
    this.canvas.onkeydown = (event) => this.onKey(event);
    this.canvas.onkeyup = (event) => { if (event.key.startsWith("Arrow") || event.key === "Home") this.host.released(this); };
    return el("div", { className: "stage" }, this.canvas, this.wait);
  }

  buildImages() {
    this.decoded = new Strip(1, 1, "Decoded image");
    this.original = new Strip(1, 1, "Original image: none selected");
    this.code = el("p", { className: "code", textContent: codeText(this.z) });
    this.note = el("p", { className: "note" });
    this.hint = el("span", { className: "none", textContent: "click a point" });
    this.originalBox = el("div", { className: "frame empty" }, this.original.canvas, this.hint);
    const images = el("div", { className: "images" }, figure("decoded", el("div", { className: "frame" }, this.decoded.canvas)), figure("original", this.originalBox));
    return [images, this.code, this.note];
  }

  buildSliders() {
    const moved = (dim, value) => { this.z[dim] = value; this.changed(); };
    this.sliders = new Sliders(this.run.latent_dim, moved, () => this.host.released(this));
    return this.sliders.root;
  }

  // ---- input ----

  bindPointer() {
    const { canvas } = this;
    const place = (event) => {
      const { left, top } = canvas.getBoundingClientRect();
      return [event.clientX - left - canvas.clientLeft, event.clientY - top - canvas.clientTop];
    };
    canvas.onpointerdown = (event) => {
      if (event.button || !this.map.view) return;
      canvas.setPointerCapture(event.pointerId);
      this.drag = { from: place(event), far: false };
      this.moveTo(...this.drag.from);
    };
    canvas.onpointermove = (event) => {
      if (this.drag) this.dragTo(place(event));
      else this.hover(place(event), event.pointerType);
    };
    canvas.onpointerup = (event) => this.drop(place(event), event.pointerType);
    canvas.onpointercancel = () => { this.drag = null; };
    canvas.onpointerleave = () => this.setHovered(null);
  }

  dragTo([x, y]) {
    const [fromX, fromY] = this.drag.from;
    this.drag.far ||= Math.hypot(x - fromX, y - fromY) > 4;
    if (this.drag.far) this.moveTo(x, y);
  }

  drop([x, y], kind) {
    if (!this.drag) return;
    const { far } = this.drag;
    this.drag = null;
    const index = far || !this.host.show.points ? null : this.map.nearest(this.points, x, y, REACH[kind] ?? REACH.mouse);
    if (index === null) this.host.released(this);
    else this.host.pick(this, index);
  }

  hover([x, y], kind) {
    this.setHovered(this.host.show.points ? this.map.nearest(this.points, x, y, REACH[kind] ?? REACH.mouse) : null);
  }

  setHovered(index) {
    if (index === this.hovered) return;
    this.hovered = index;
    const { probe } = this.recording;
    this.canvas.title = index === null || !probe ? "" : `class ${probe.classes[probe.labels[index]]}`;
    this.host.ask();
  }

  moveTo(px, py) {
    const { view } = this.map;
    this.z[this.dims[0]] = view.fromX(px);
    if (!this.flat) this.z[this.dims[1]] = view.fromY(py);
    this.changed();
  }

  onKey(event) {
    const moves = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [1, 1], ArrowDown: [1, -1] };
    const move = moves[event.key];
    if (event.key === " ") this.host.togglePlay();
    else if (event.key === "Home") { this.z.fill(0); this.changed(); }
    else if (move && this.box) this.nudge(move, event.shiftKey);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  nudge([side, sign], far) {
    const dim = this.dims[Math.min(side, this.dims.length - 1)];
    this.z[dim] += (sign * (this.box.x1 - this.box.x0)) / (far ? 12 : 60);
    this.changed();
  }

  // The person moved the code.
  changed() {
    this.selected = null;
    this.staleImage = true;
    this.host.ask();
  }

  select(index) {
    this.selected = index;
    this.followSelected();
    this.host.ask();
  }

  followSelected() {
    if (this.selected === null || !this.frame) return;
    const { mu, dims, count } = this.recording.open(this.frame);
    if (this.selected >= count) return;
    this.z.set(mu.subarray(this.selected * dims, (this.selected + 1) * dims));
    this.staleImage = true;
  }

  // ---- what is shown ----

  // The square that holds 99 % of the codes over the run, and the prior to two standard deviations.
  wantedBox() {
    const ends = this.dims.map((dim) => {
      const [low, high] = this.recording.range(dim);
      return [Math.min(-2.4, low), Math.max(2.4, high)];
    });
    return squareBox(ends[0], this.flat ? ends[0] : ends[1]);
  }

  // Draw what changed; says whether something still moves.
  draw(now, target) {
    this.moveFrame(now);
    const moving = [this.tween(now), this.moveBox(target)];
    this.drawProgress();
    this.chooseNetwork();
    moving.push(this.drawManifold());
    if (this.map) this.drawMap();
    if (this.staleImage) this.drawCode();
    if (this.traversals) moving.push(this.traversals.advance());
    return moving.some(Boolean);
  }

  moveFrame(now) {
    const frame = this.recording.at(this.host.player.step);
    if (frame && this.recording.probe && frame !== this.frame) this.setFrame(frame, now);
  }

  setFrame(frame, now) {
    const { probe } = this.recording;
    const smooth = this.frame !== null && this.host.player.moving && !this.host.calm;
    this.frame = frame;
    const arrays = this.recording.open(frame);
    const target = this.plane(arrays.mu, arrays);
    const from = smooth && this.points?.length === target.length ? this.points.slice() : null;
    this.glide = from ? { from, target, start: now } : null;
    if (!from) this.points = target;
    this.radii = arrays.sigma && this.plane(arrays.sigma, arrays, true);
    if (this.map) this.map.stale = true;
    this.reconstructions?.draw(probe, arrays);
    this.samples?.draw(probe, arrays);
    this.ranges = Array.from({ length: arrays.dims }, (_, dim) => sliderRange(this.recording.newest.range(dim)));
    this.sliders?.setRanges(this.ranges);
    this.followSelected();
    this.staleImage = true;
    this.staleEnds = true;
  }

  // The two shown columns of an (n, d) array; a model of one dimension is spread a little along the other axis.
  plane(values, { count, dims }, radii = false) {
    const out = new Float32Array(2 * count);
    const [a, b] = this.dims;
    for (let i = 0; i < count; i++) {
      out[2 * i] = values[i * dims + a];
      out[2 * i + 1] = b === undefined ? (radii ? 0 : ((i * 0.618034) % 1) * 1.2 - 0.6) : values[i * dims + b];
    }
    return out;
  }

  tween(now) {
    if (!this.glide) return false;
    const { from, target, start } = this.glide;
    const t = Math.min(1, (now - start) / TWEEN);
    const part = t * (2 - t);
    for (let i = 0; i < target.length; i++) this.points[i] = from[i] + part * (target[i] - from[i]);
    if (t === 1) this.glide = null;
    if (this.map) this.map.stale = true;
    return t < 1;
  }

  // Glide to the wanted part of the plane.
  moveBox(target) {
    const wanted = this.flat ? { ...target, y0: -1, y1: 1 } : target;
    const close = this.box && Object.keys(wanted).every((end) => Math.abs(wanted[end] - this.box[end]) < 0.002 * (wanted.x1 - wanted.x0));
    if (close) return false;
    const part = this.box && !this.host.calm ? 0.25 : 1;
    const from = this.box ?? wanted;
    this.box = Object.fromEntries(Object.keys(wanted).map((end) => [end, from[end] + part * (wanted[end] - from[end])]));
    if (this.map) this.map.stale = true;
    return part < 1;
  }

  chooseNetwork() {
    if (!this.frame) return;
    const key = this.recording.keyFrame(this.frame);
    const network = key === null ? null : this.shelf.get(key, this.recording.active && this.host.player.following);
    if (network && network !== this.network) {
      this.network = network;
      this.staleImage = true;
      this.staleEnds = true;
    }
    const far = this.network && Math.abs(this.network.step - this.frame.step) > 0.05 * this.frame.step + 1;
    if (this.note) setText(this.note, far ? `decoder from step ${whole.format(this.network.step)}` : "");
  }

  drawManifold() {
    if (!this.host.show.manifold || !this.network || !this.map || !this.recording.probe || this.drag) return false;
    if (!this.manifold.busy) this.manifold.want(this.network, this.z, this.dims, this.box, this.flat, this.recording.probe.shape);
    if (this.manifold.busy && this.manifold.advance()) this.map.stale = true;
    return this.manifold.busy;
  }

  drawMap() {
    const { host, recording, flat } = this;
    const ends = host.ends && this.interpolation ? [{ index: host.ends.A, name: "A" }, { index: host.ends.B, name: "B" }] : null;
    this.map.draw({
      box: this.box, points: this.points, radii: this.radii, labels: recording.probe?.labels, classes: recording.probe?.classes,
      colors: host.colors, names: flat ? [dimName(0), ""] : this.dims.map(dimName), flat, show: host.show,
      z: !this.frame ? null : flat ? [this.z[0], 0] : this.dims.map((dim) => this.z[dim]),
      selected: this.selected, hovered: this.hovered, path: ends, manifold: this.manifold,
      theme: host.show.manifold && this.manifold.drawn ? host.theme.onBlack : host.theme,
    });
    setText(this.wait, this.frame ? "" : this.waiting());
    this.wait.hidden = this.frame !== null;
  }

  waiting() {
    const { status, problem, active } = this.recording;
    if (problem) return problem;
    if (status && !active) return status.message || "This run has no frames.";
    return `Waiting for the first frame…\n${status?.message ?? ""}`;
  }

  drawCode() {
    const { network } = this;
    const { probe } = this.recording;
    this.sliders?.setCode(this.z);
    if (this.code) setText(this.code, codeText(this.z));
    this.staleImage = false;
    if (!network || !probe) return;
    if (this.decoded) this.drawImages(network, probe);
    this.traversals?.want(network, this.z, this.liveliest(), this.ranges, probe.shape);
    if (this.interpolation && this.staleEnds && this.host.ends) this.drawEnds();
    this.host.stats.decodes += 1;
    this.host.announce(this);
  }

  drawEnds() {
    const { mu, dims, count } = this.recording.open(this.frame);
    const { A, B } = this.host.ends;
    if (Math.max(A, B) < count) this.interpolation.draw(this.network, mu, dims, [A, B], this.recording.probe.shape);
    this.staleEnds = false;
  }

  drawImages(network, probe) {
    this.decoded.resize(probe.shape);
    this.decoded.set(0, 0, network.decode(this.z), 255);
    this.decoded.show();
    const picked = this.selected !== null && this.selected < probe.count;
    this.hint.hidden = picked;
    this.originalBox.classList.toggle("empty", !picked);
    if (!picked) return;
    this.original.resize(probe.shape);
    this.original.set(0, 0, probe.images, 1, this.selected * probe.shape[0] * probe.shape[1]);
    this.original.show();
    this.original.setLabel(`Original image, class ${probe.classes[probe.labels[this.selected]]}`);
  }

  // The dimensions whose codes vary most, for models with more than fit.
  liveliest() {
    const all = Array.from({ length: this.run.latent_dim }, (_, dim) => dim);
    if (all.length <= TRAVERSAL_ROWS) return all;
    const spread = (dim) => this.recording.newest.range(dim)[1] - this.recording.newest.range(dim)[0];
    return all.sort((a, b) => spread(b) - spread(a)).slice(0, TRAVERSAL_ROWS).sort((a, b) => a - b);
  }

  // The class of the test image whose code is nearest, over all dimensions.
  nearestClass() {
    const { probe } = this.recording;
    if (!this.frame || !probe) return null;
    const { mu, dims, count } = this.recording.open(this.frame);
    let [best, least] = [0, Infinity];
    for (let i = 0; i < count; i++) {
      let distance = 0;
      for (let dim = 0; dim < dims; dim++) distance += (mu[i * dims + dim] - this.z[dim]) ** 2;
      if (distance < least) [best, least] = [i, distance];
    }
    return probe.classes[probe.labels[best]];
  }

  drawProgress() {
    const { status, problem, newest } = this.recording;
    this.bar.classList.toggle("on", this.recording.active);
    this.bar.value = status?.total_steps ? status.step / status.total_steps : 0;
    this.state.classList.toggle("bad", Boolean(problem) || ["diverged", "failed"].includes(status?.state));
    setText(this.state, problem || (status ? progressText(status, newest) : " "));
  }
}

function progressText(status, newest) {
  const epochs = newest?.step ? (newest.epoch * status.total_steps) / newest.step : 0;
  if (status.state === "done") return `done · ${whole.format(status.step)} steps${epochs ? ` · ${whole.format(epochs)} epochs` : ""}`;
  if (status.state !== "running") return `${status.state}${status.message ? `: ${status.message}` : ""}`;
  const parts = [];
  if (epochs) parts.push(`epoch ${whole.format((epochs * status.step) / status.total_steps)} of ${whole.format(epochs)}`);
  else parts.push(status.message || "starting");
  if (status.images_per_second) parts.push(`${whole.format(status.images_per_second)} images/s`);
  if (newest?.step) parts.push(`${duration(((status.total_steps - status.step) * newest.seconds) / newest.step)} left`);
  return parts.join(" · ");
}

function squareBox([x0, x1], [y0, y1]) {
  const half = 0.54 * Math.max(x1 - x0, y1 - y0);
  const [x, y] = [(x0 + x1) / 2, (y0 + y1) / 2];
  return { x0: x - half, x1: x + half, y0: y - half, y1: y + half };
}

function unionBox(boxes) {
  const low = (end) => Math.min(...boxes.map((box) => box[end]));
  const high = (end) => Math.max(...boxes.map((box) => box[end]));
  const half = Math.max(high("x1") - low("x0"), high("y1") - low("y0")) / 2;
  const [x, y] = [(low("x0") + high("x1")) / 2, (low("y0") + high("y1")) / 2];
  return { x0: x - half, x1: x + half, y0: y - half, y1: y + half };
}

function sliderRange([low, high]) {
  const margin = 0.1 * (high - low);
  return [Math.min(-3, low - margin), Math.max(3, high + margin)];
}
