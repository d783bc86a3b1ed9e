// One model: its title and progress, its map, the image under the pointer, and what else the page asks for.

const NO_EXTRAS = { serial: -1, prior: null, codebook: null, spread: null };

class Column {
  // host: the Instrument (player, show, theme, colors, ask, pick, hover, near, released, announce, tell); recording: what is known of the run
  constructor(run, panels, host, recording) {
    Object.assign(this, { run, panels, host, selected: null, hovered: null, ghost: null, near: null, drawn: null, points: null, spread: null, network: null, box: null });
    this.z = new Float32Array(run.latent_dim);
    this.recording = recording;
    this.moment = new Moment(this.recording);
    this.axes = new Axes(run.latent_dim, () => this.turned());
    this.layers = { manifold: new Manifold(), density: new Density(), holes: new Holes(), warp: new Warp(), prior: new Density(), field: new Field() };
    this.blend = new NetworkBlend();
    this.build();
    this.staleImage = true;
  }

  get flat() {
    return this.run.latent_dim === 1;
  }

  // The frame on show, or the one before where it is a mix of two.
  get frame() {
    return this.moment.frame;
  }

  connect(feed) {
    this.feed = feed;
    this.shelf = new NetworkShelf(feed, () => {
      if (this.shelf.unable && !this.far) this.askFar();
      this.host.ask();
    });
  }

  // ---- elements ----

  build() {
    const has = (panel) => this.panels.includes(panel);
    this.title = el("h4");
    this.bar = el("progress", { max: 1, value: 0 });
    this.state = el("p", { className: "state" });
    this.labels = new LabelChooser(() => { this.changed(); this.askFar(); });
    const parts = [el("header", {}, this.title, ...(has("map") ? [this.axes.root] : [])), this.bar, this.state];
    const pair = el("div", { className: "pair" });
    if (has("map")) pair.append(this.buildMap());
    this.portrait = has("image") ? new Portrait() : null;
    if (this.portrait) pair.append(this.portrait.root);
    if (has("sliders")) pair.append(this.buildSliders());
    this.facts = el("p", { className: "facts", hidden: true });
    parts.push(el("div", { className: "holder" }, this.labels.root, pair, this.facts), this.buildStrips(has));
    this.root = el("section", { className: "model" }, ...parts);
  }

  // Title and colour tell a run from the others on the page, and change with them.
  name(run) {
    this.run = run;
    setText(this.title, run.title);
    this.root.style.setProperty("--run", run.color);
    const labels = [[this.root, ""], [this.bar, ": progress"], [this.labels.root, ": label that the model is told"], [this.canvas, ": latent map"]];
    for (const [node, what] of labels) node?.setAttribute("aria-label", run.title + what);
  }

  // What is drawn only where it can be seen.
  get parts() {
    return [this.canvas, ...[this.portrait, this.sliders, this.reconstructions, this.samples, this.interpolation, this.traversals].map((part) => part?.root)].filter(Boolean);
  }

  buildMap() {
    this.canvas = el("canvas", { className: "map", tabIndex: 0, role: "application" });
    this.canvas.setAttribute("aria-roledescription", "latent map");
    this.wait = el("div", { className: "wait" });
    this.map = new LatentMap(this.canvas);
    this.pointer = new Pointer(this.canvas, this);
    return el("div", { className: "stage" }, this.canvas, this.wait);
  }

  buildSliders() {
    const moved = (dim, value) => { this.z[dim] = value; this.changed(); };
    this.sliders = new Sliders(this.run.latent_dim, moved, () => this.host.released(this));
    return this.sliders.root;
  }

  buildStrips(has) {
    this.reconstructions = has("reconstructions") ? new Reconstructions() : null;
    this.samples = has("samples") ? new Samples() : null;
    this.interpolation = has("map") ? new Interpolation() : null;
    this.traversals = has("traversals") && !this.sliders ? new TraversalFigure(this.run.latent_dim) : null;
    const strips = [this.reconstructions, this.samples, this.interpolation, this.traversals].filter(Boolean);
    return el("div", { className: "strips" }, ...strips.map(({ root }) => root));
  }

  // ---- input ----

  // Another plane was chosen.
  turned() {
    this.stalePlane = true;
    this.box = null;
    this.host.ask();
  }

  hover(index) {
    if (index !== this.hovered) this.host.hover(this, index);
  }

  setHovered(index) {
    this.hovered = index;
    const { probe } = this.recording;
    if (this.canvas) this.canvas.title = index === null || !probe ? "" : nameOf(probe, index);
    this.staleImage = true;
  }

  moveTo(px, py) {
    const { view } = this.map;
    this.plane.move(this.z, [view.fromX(px), view.fromY(py)]);
    this.changed();
  }

  goHome() {
    this.z.fill(0);
    this.changed();
  }

  nudge(side, sign, far) {
    if (!this.box || !this.plane) return;
    const place = this.plane.point(this.z);
    place[Math.min(side, place.length - 1)] += (sign * (this.box.x1 - this.box.x0)) / (far ? 12 : 60);
    this.plane.move(this.z, place);
    this.changed();
  }

  // The person moved the code.
  changed() {
    this.hover(null); // what counts now is where the code is
    this.selected = this.drawn = null;
    this.leads = this.staleImage = true;
    this.host.ask();
  }

  select(index) {
    this.selected = index;
    this.near = this.ghost = this.drawn = null;
    if (index !== null && this.recording.probe) this.labels.take(this.recording.probe.labels[index]);
    this.followSelected();
    this.askFar();
    this.host.ask();
  }

  // By key, as a click on its point does.
  pickNearest() {
    this.hover(null);
    if (this.nearest !== null) this.host.pick(this, this.nearest);
  }

  // A drawing was encoded, or wiped: {mu, sigma, pixels, serial} or null.
  takeDrawing(drawn) {
    this.drawn = drawn;
    if (!drawn) return;
    this.z.set(drawn.mu);
    this.labels.take(drawn.label);
    Object.assign(this, { selected: null, near: this.moment.nearest(this.z), ghost: null, leads: false, staleImage: true });
  }

  followSelected() {
    if (this.selected === null || !this.frame || this.selected >= this.moment.count) return;
    this.z.set(this.moment.code(this.selected));
    this.staleImage = true;
  }

  // ---- what is shown ----

  // The square that holds 99 % of the codes over the run, and the prior to two standard deviations.
  wantedBox() {
    const ranges = this.axes.components ? this.componentRanges() : this.axes.chosen.map((dim) => this.recording.range(dim));
    const ends = ranges.map(([low, high]) => [Math.min(-2.4, low), Math.max(2.4, high)]);
    return this.flat ? { ...squareBox(ends[0], ends[0]), y0: -1, y1: 1 } : squareBox(...ends);
  }

  componentRanges() {
    const { newest } = this.recording;
    if (!newest) return [[-1, 1], [-1, 1]];
    const plane = this.axes.of(newest, (frame) => this.recording.open(frame), this.axes.plane);
    if (this.ranged?.frame !== newest || this.ranged.key !== plane.key) {
      const { mu, count } = this.recording.open(newest);
      const points = plane.project(mu, count);
      this.ranged = { frame: newest, key: plane.key, ranges: [0, 1].map((side) => middleRange(points.filter((_, i) => i % 2 === side))) };
    }
    return this.ranged.ranges;
  }

  // Draw what changed, and work on slow layers until `end`; says whether something is still to come.
  draw(target, end) {
    this.follow();
    const gliding = this.moveBox(target);
    this.drawProgress();
    this.offerPath();
    this.chooseNetwork();
    if (this.staleImage) this.drawCode();
    this.drawStrips();
    this.wantLayers(target);
    const working = this.work(end);
    if (this.map && this.seen(this.canvas)) this.drawMap();
    return gliding || working;
  }

  seen(node) {
    return this.host.sees(node);
  }

  // The place of a path that is still to come is kept.
  offerPath() {
    const { host, recording } = this;
    if (this.interpolation) this.interpolation.root.hidden = !host.show.path || Boolean(recording.probe && !host.endsOf(this));
  }

  // The pictures of this moment, once.
  drawStrips() {
    if (!this.frame) return;
    for (const strip of [this.reconstructions, this.samples]) {
      if (!strip || strip.serial === this.moment.serial || !this.seen(strip.root)) continue;
      strip.draw(this.recording.probe, this.moment);
      strip.serial = this.moment.serial;
    }
  }

  follow() {
    if (!this.recording.probe) return;
    const before = this.frame;
    const moved = this.moment.seek(this.host.player.shown);
    const sampled = this.host.show.samples && this.run.posterior === "gaussian";
    if (!this.frame || !(moved || this.stalePlane || sampled !== this.sampled)) return;
    this.sampled = sampled;
    this.stalePlane = false;
    this.project();
    if (!moved) return;
    if (this.frame !== before) this.setRanges();
    this.sliders?.setRates(["gaussian", "flow"].includes(this.run.posterior) ? this.moment.kl : null);
    this.followSelected();
    this.staleEnds = true;
  }

  project() {
    const { moment } = this;
    const { mu, sigma, count } = moment;
    this.plane = this.axes.at(moment, (frame) => this.recording.open(frame));
    this.means = this.plane.project(mu, count);
    this.spread = sigma && this.plane.spread(sigma, count);
    this.points = sigma && this.sampled ? this.plane.project(drawCodes(mu, sigma), count) : this.means;
    if (this.run.posterior === "codes") this.points = standAside(this.means);
    if (this.map) this.map.stale = true;
  }

  setRanges() {
    this.ranges = Array.from({ length: this.run.latent_dim }, (_, dim) => sliderRange(this.recording.newest.range(dim)));
    this.sliders?.setRanges(this.ranges);
    const over = !this.recording.active && this.frame === this.recording.newest && this.frame.index === this.recording.status.frames - 1;
    if (over && this.run.latent_dim > 2 && this.run.posterior !== "codes") this.axes.suggest(this.liveliest(2)); // while a run learns, the axes stay
  }

  // Glide to the wanted part of the plane.
  moveBox(wanted) {
    const close = this.box && Object.keys(wanted).every((end) => Math.abs(wanted[end] - this.box[end]) < 0.002 * (wanted.x1 - wanted.x0));
    if (close) return false;
    const part = this.box && !this.host.calm ? 0.25 : 1;
    const from = this.box ?? wanted;
    this.box = Object.fromEntries(Object.keys(wanted).map((end) => [end, from[end] + part * (wanted[end] - from[end])]));
    if (this.map) this.map.stale = true;
    return part < 1;
  }

  // The key frame's network, or a mix of those on both sides.
  chooseNetwork() {
    if (!this.frame) return;
    const { recording, shelf, host } = this;
    const opening = !this.network && host.player.following && this.frame.index < recording.status.frames - 3;
    if (opening) return; // the newest frame is on its way, and weights of the first would be fetched in vain
    const key = recording.keyFrame(this.frame);
    const live = recording.active && host.player.following;
    const [every, whole] = [live ? shelf.pace(host.attended) : 0, this.wantsEncoder];
    const wanted = key === null || shelf.unable ? null : shelf.get(key, every, whole);
    const from = wanted ?? (live ? shelf.newest : null); // while a run trains, the frame may be at a later one when it comes
    const later = from && !live && host.player.shown > from.step ? recording.nextKeyFrame(this.frame) : null;
    const network = from && this.blend.at(host.player.shown, from, later === null ? null : shelf.get(later, 0, whole));
    if (network || shelf.unable) this.offerLabels((network ?? shelf).classes);
    network?.tell(this.labels.label);
    if (network && (network !== this.network || network.serial !== this.serial)) {
      if (this.map && network.extras !== this.extras) this.map.stale = true;
      this.network = network;
      this.serial = network.serial;
      this.staleImage = this.staleEnds = true;
    }
    if (this.portrait) setText(this.portrait.note, this.networkText());
  }

  // For a model that is told labels: the classes to choose from.
  offerLabels(count) {
    this.labels.offer((this.recording.probe?.classes ?? []).slice(0, count));
  }

  get wantsEncoder() {
    return this.host.show.warp || this.panels.includes("drawing");
  }

  // The hand let go of a code that only the server can decode.
  askFar() {
    const key = this.frame && this.recording.probe ? this.recording.keyFrame(this.frame) : null;
    if (!this.shelf.unable || key === null) return;
    this.far ??= new FarNetwork(this.feed, this.recording.probe.shape, () => { this.staleImage = true; this.host.ask(); });
    this.far.ask(key, this.z, this.labels.label);
  }

  networkText() {
    const { network, host } = this;
    if (this.shelf.unable) return this.far?.problem || "decoded by the server, when you let go";
    if (network?.between) return `weights interpolated, steps ${network.between.map((step) => whole.format(step)).join(" to ")}`;
    const far = network && Math.abs(network.step - host.player.shown) > 0.05 * host.player.shown + 1;
    return far ? `decoder from step ${whole.format(network.step)}` : "";
  }

  // ---- layers that take longer than one animation frame ----

  get dragging() {
    return this.pointer?.dragging ?? false;
  }

  // What is busy is left to finish first, so that a picture comes also while things go on changing.
  wantLayers(target) {
    const { network, layers, plane, host, recording } = this;
    const { show } = host;
    if (!this.map || !this.frame || !plane || this.dragging || !this.seen(this.canvas)) return;
    if (network && show.manifold && !layers.manifold.busy) layers.manifold.want(network, this.z, plane, this.box, recording.probe.shape);
    if (network?.encodes && show.warp && !layers.warp.busy) layers.warp.want(network, this.z, plane, this.wantedBox()); // its own box: shared ones may be far wider
    const key = [this.frame.index, this.frame.step, this.frame.seconds, this.framePlane.key].join("|");
    const ends = Object.values(target).map((value) => value.toPrecision(3)).join();
    if (show.density && !layers.density.busy && layers.density.want(`${key}|${ends}`, target, () => this.mixture())) this.map.stale = true;
    const { prior, serial } = this.extras;
    const priorKey = prior ? `${serial}|${this.framePlane.key}` : "";
    if (show.rings && prior && !layers.prior.busy && layers.prior.want(`${priorKey}|${ends}`, target, () => this.priorMixture())) this.map.stale = true;
    if (show.holes && !layers.holes.busy) layers.holes.want(`${key}|${priorKey}`, () => this.holeMixture());
  }

  // What this model has beside encoder and decoder.
  get extras() {
    return this.network?.extras ?? NO_EXTRAS;
  }

  priorPoints() {
    const { codes, count } = this.extras.prior;
    return this.framePlane.project(codes, count);
  }

  priorMixture() {
    return Mixture.smoothed(this.priorPoints(), null, this.flat);
  }

  // The plane of the frame itself, also where the map shows a mix of two.
  get framePlane() {
    return this.axes.components ? this.axes.of(this.frame, (frame) => this.recording.open(frame), this.plane) : this.plane;
  }

  // The aggregated posterior in the plane, as it is; points need a kernel.
  mixture() {
    const { mu, sigma, count } = this.recording.open(this.frame);
    const points = this.framePlane.project(mu, count);
    return sigma ? new Mixture(points, this.framePlane.spread(sigma, count), this.flat) : Mixture.smoothed(points, null, this.flat);
  }

  // Holes between the few images at hand are chance: both kinds of model get the same kernel.
  holeMixture() {
    const { mu, sigma, count } = this.recording.open(this.frame);
    const points = this.framePlane.project(mu, count);
    const mixture = Mixture.smoothed(points, sigma && this.framePlane.spread(sigma, count), this.flat);
    const prior = this.extras.prior ? new SampledPrior(this.priorPoints(), this.flat, HOLE_CELLS) : undefined;
    return { mixture, prior, places: sigma ? this.framePlane.project(drawCodes(mu, sigma), count) : points };
  }

  // Films go on in a drag; the rest waits for its end.
  work(end) {
    const { show } = this.host;
    const { density, holes, manifold, warp, prior } = this.layers;
    const slow = this.dragging || !this.map || !this.seen(this.canvas) ? [] : [show.density && density, show.holes && holes, show.manifold && manifold, show.warp && warp, show.rings && this.extras.prior && prior];
    const films = [show.path && this.interpolation, this.sliders, this.traversals].filter((part) => part && this.seen(part.root));
    const busy = [...slow, ...films.map((part) => part.film ?? part.traversals)].filter((job) => job?.busy);
    for (const job of busy) {
      if (performance.now() >= end) break;
      if (job.advance(end) && this.map) this.map.stale = true;
    }
    return busy.some((job) => job.busy);
  }

  // ---- drawing ----

  drawMap() {
    const { host, recording, plane, layers } = this;
    const { show } = host;
    const ends = show.path ? host.endsOf(this) : null;
    const { prior: learned, codebook, spread: uncertainty } = this.extras;
    this.map.draw({
      ...layers, learned, uncertainty, codebook: codebook && plane && { ...codebook, points: plane.project(codebook.codes, codebook.count) }, box: this.box, points: this.points, means: this.means, spread: this.spread, labels: recording.probe?.labels,
      classes: recording.probe?.classes, colors: host.colors, color: this.run.color, names: [plane?.names[0] ?? "", plane?.names[1] ?? ""],
      flat: this.flat, show, z: plane && this.frame ? plane.point(this.z) : null, marked: [this.hovered, this.selected], ghost: this.ghost,
      path: ends && [{ index: ends.A, name: "A" }, { index: ends.B, name: "B" }], theme: show.manifold && layers.manifold.drawn ? host.theme.onBlack : host.theme,
    });
    setText(this.wait, this.frame ? "" : waitingText(recording));
    this.wait.hidden = this.frame !== null;
    if (this.drawn?.sigma && this.map.view && plane) paintCloud(this.map, plane, this.drawn, this.run.color, host.theme);
    this.drawFacts();
  }

  drawFacts() {
    const { share } = this.layers.holes;
    this.facts.hidden = !this.host.show.holes;
    const where = this.run.latent_dim > 2 ? " in this plane" : "";
    setText(this.facts, share === null ? "Looking for holes…" : `Holes${where}: ${(100 * share).toFixed(share < 0.1 ? 1 : 0)} % of the prior's mass. Codes that fill the prior leave about 2 %.`);
  }

  drawCode() {
    const { network, moment } = this;
    const { probe } = this.recording;
    this.sliders?.setCode(this.z);
    if (this.portrait) setText(this.portrait.code, codeText(this.z));
    this.staleImage = false;
    if (!(network ?? this.far) || !probe || !this.frame) return;
    if (this.leads) this.host.near(this, moment.nearest(this.z));
    this.leads = false;
    const originals = [[this.hovered, "original"], [this.selected, "original"], [this.near, "nearest image"], [this.ghost, "same image"]];
    this.portrait?.draw(network ?? this.far, this.z, probe, originals, this.host.colors);
    if (!network) return this.host.announce(this);
    const every = Array.from({ length: this.run.latent_dim }, (_, dim) => dim);
    this.sliders?.traversals.want(network, this.z, every, this.ranges, probe.shape);
    this.traversals?.want(network, this.z, this.liveliest(TRAVERSAL_ROWS), this.ranges, probe.shape);
    if (this.host.show.path && this.staleEnds) this.wantEnds();
    this.host.stats.decodes += 1;
    this.host.announce(this);
  }

  wantEnds() {
    const ends = this.host.endsOf(this);
    if (this.interpolation && ends) this.interpolation.want(this.network, this.moment.code(ends.A), this.moment.code(ends.B), this.recording.probe.shape);
    this.staleEnds = false;
  }

  // The dimensions whose codes vary most, in order of their numbers.
  liveliest(count) {
    const spread = this.ranges.map((_, dim) => this.recording.newest.range(dim)).map(([low, high]) => high - low);
    return [...spread.keys()].sort((a, b) => spread[b] - spread[a]).slice(0, count).sort((a, b) => a - b);
  }

  // The test image whose code is nearest to the present one, or null.
  get nearest() {
    return this.recording.probe ? this.moment.nearest(this.z) : null;
  }

  // Where the code is and what lies there, for those who do not see the map.
  describe() {
    const index = this.nearest;
    const place = this.plane?.point(this.z) ?? [];
    const parts = [codeText(this.z), `${Math.hypot(...this.z).toFixed(1)} from the origin`];
    parts.push(`nearest image: ${index === null ? "unknown" : nameOf(this.recording.probe, index)}`);
    if (this.host.show.holes && this.layers.holes.at(place)) parts.push("in a hole: hardly any codes here");
    return `${this.run.title}: ${parts.join(", ")}`;
  }

  drawProgress() {
    const { status, newest } = this.recording;
    const problem = this.recording.problem || this.shelf.unable;
    this.bar.classList.toggle("on", this.recording.active);
    this.bar.value = status?.total_steps ? status.step / status.total_steps : 0;
    this.state.classList.toggle("bad", Boolean(problem) || ["diverged", "failed"].includes(status?.state));
    setText(this.state, problem || (status ? progressText(status, newest) : " "));
    this.tell(problem, status?.state);
  }

  // How far a run is changes all the time; said aloud is only what it comes to.
  tell(problem, state) {
    const news = problem || state;
    if (news !== this.news && (this.news || problem)) this.host.tell(this);
    this.news = news;
  }

  get newsText() {
    return `${this.run.title}: ${this.news === "running" ? "running" : this.state.textContent}`;
  }
}
