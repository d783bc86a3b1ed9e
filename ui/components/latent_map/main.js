// The instrument: columns that share a player, toggles and one animation loop. Streamlit calls the default export on
// every data or theme change, so state is kept by parent element and everything here may run again.

const INSTRUMENTS = new WeakMap();
const SAY_EVERY = 700; // ms
const BUDGET = 8; // ms of each animation frame for layers that take longer
const MOVING_BUDGET = 4;
const ATTENTION = 5000; // ms for which somebody who moved something counts as being there
const LIVE_PACE = 60; // ms between two redraws of the map's own while a run trains, which wants the processor too

class Instrument {
  constructor(root) {
    this.root = root;
    [this.columns, this.ahead] = [[], []];
    this.calls = 0; // of Streamlit
    [this.moved, this.news] = [new Set(), new Set()]; // columns to speak of
    this.stats = { draws: [], decodes: 0 };
    this.show = {
      points: true, samples: false, ellipses: false, centroids: false, rings: true, density: false, holes: false, manifold: false, warp: false,
      path: false, axes: true, shared: true, codebook: true, spread: false,
    };
    this.player = new Player();
    this.reduced = globalThis.matchMedia("(prefers-reduced-motion: reduce)");
    this.toolbar = new Toolbar(this.show, () => this.switched());
    this.timeline = new Timeline(this.player, () => this.ask(), () => this.sendFrames());
    this.curves = new Curves();
    this.curves.button.onclick = () => this.toggleLog();
    this.grid = el("div", { className: "models" });
    this.said = el("p", { className: "said", ariaLive: "polite" });
    this.observer = new ResizeObserver(() => this.redraw());
    this.observer.observe(root);
    this.watchPixels();
    this.sight = new Sight(() => this.ask());
    this.sight.watch(this.curves.root);
    this.headstart = new Headstart((runs) => this.columnsOfOthers(runs));
    root.onkeydown = (event) => this.onKey(event);
    this.touched = -Infinity;
    for (const kind of ["pointermove", "pointerdown", "keydown"]) root.addEventListener(kind, () => { this.touched = performance.now(); });
  }

  // Less motion was asked for in the system's settings.
  get calm() {
    return this.reduced.matches;
  }

  update({ data, setStateValue, setTriggerValue }) {
    Object.assign(this, { setStateValue, setTriggerValue });
    this.theme = readTheme(this.root);
    const envelope = data instanceof Uint8Array || data instanceof ArrayBuffer ? unpack(new Uint8Array(data)) : null;
    const settings = envelope ? envelope.meta : data?.[0];
    if (!settings?.runs) return;
    this.settings = settings;
    this.ahead = settings.ahead ?? [];
    this.headstart.tell(settings.starter);
    this.present();
    if (envelope) this.columns.forEach(({ feed }) => feed.read(envelope));
  }

  // Show the runs that the page tells of, or those that it is about to tell of.
  present() {
    const { settings, headstart } = this;
    const shown = headstart.due ? { ...settings, runs: headstart.runs } : settings;
    const runs = shown.runs.map((run) => ({ ...run, images: "" })); // known only once a run has begun, and nothing to be built anew for
    const key = JSON.stringify([runs, settings.panels, settings.transport, settings.shared_axes]);
    if (key !== this.key) this.arrange(shown);
    this.key = key;
    if (!headstart.pending) headstart.settle(this.columns);
    this.columns.forEach(({ feed }) => feed.start());
    this.redraw();
  }

  // Build what is to be shown.
  arrange({ runs, panels, shared_axes, class_colors, prior_color, spread_color }) {
    this.colors = Object.assign(class_colors, { prior: prior_color, spread: spread_color });
    this.panels = panels;
    if (this.pathByPage !== panels.includes("interpolation")) this.show.path = this.pathByPage = panels.includes("interpolation");
    if (this.sharedByPage !== shared_axes) this.show.shared = this.sharedByPage = shared_axes;
    this.columns = this.columnsOf(runs);
    this.toolbar.setRuns(runs);
    this.toolbar.draw();
    this.curves.setRuns(runs);
    this.endsBar = panels.includes("map") ? (this.endsBar ?? new Ends(() => this.moveEnds())) : null;
    this.drawing = panels.includes("drawing") ? (this.drawing ?? new Drawing(this)) : null;
    this.drawing?.offer();
    this.switched();
    this.grid.replaceChildren(...this.columns.map((column) => column.root));
    this.columns.forEach(({ parts }) => this.sight.watch(...parts)); // not before they are on the page: they would count as hidden
    const has = (panel, node) => (panels.includes(panel) ? [node] : []);
    const map = ["root", "help", "legend"].flatMap((part) => has("map", this.toolbar[part]));
    this.root.replaceChildren(...has("timeline", this.timeline.root), ...map, ...(this.endsBar ? [this.endsBar.root] : []), this.grid, ...(this.drawing ? [this.drawing.root] : []), ...has("curves", this.curves.root), this.said);
  }

  // A run that stays keeps its column, also by another name. Where none stays, the new ones are watched from their live edge.
  columnsOf(runs) {
    const columns = runs.map((run) => this.columnOf(run, [...this.columns, ...this.headstart.columns]));
    for (const column of this.columns) if (!columns.includes(column)) column.feed.stop();
    if (!columns.some((column) => this.columns.includes(column))) this.player.follow();
    return columns;
  }

  // New columns for those of these runs that the board does not show.
  columnsOfOthers(runs) {
    return runs.filter(({ id }) => !this.columns.some(({ run }) => run.id === id)).map((run) => this.columnOf(run, []));
  }

  // The column of a run, by its present name: one of these, or a new one.
  columnOf(run, known) {
    const keyOf = (begun) => JSON.stringify([run.id, begun, this.settings.panels, this.settings.transport]);
    const column = [run.begun, null].map((begun) => known.find(({ key }) => key === keyOf(begun))).find(Boolean) ?? this.newColumn(run);
    column.key = keyOf(run.begun);
    column.feed.run = run;
    column.name(run);
    return column;
  }

  newColumn(run) {
    const { panels, transport, script } = this.settings;
    const column = new Column(run, panels, this, new Recording(run.id));
    column.transport = transport;
    const route = () => new RouteFeed(column.recording, run, () => this.heard(column), () => this.useFallback(), script);
    column.connect(transport === "inline" ? new PayloadFeed(column.recording) : route());
    return column;
  }

  // News of a run. The page has figures to draw when it ends.
  heard(column) {
    const { active } = column.recording;
    if (column.live && !active) this.setTriggerValue("ended", column.run.id);
    column.live = active;
    if (this.headstart.due && !this.columns.includes(column)) this.present();
    if (this.columns.every(({ recording }) => recording.complete)) fetchEarly(this.ahead);
    this.ask();
  }

  // The host serves no routes of ours: ask the page, once, to send the data itself.
  useFallback() {
    if (this.askedFallback) return;
    this.askedFallback = true;
    this.setStateValue("transport", "inline");
  }

  // A page that is zoomed, or goes to another screen, has its pictures drawn for the pixels there; its size need not change with them.
  watchPixels() {
    this.pixels = globalThis.matchMedia(`(resolution: ${globalThis.devicePixelRatio || 1}dppx)`);
    this.pixels.onchange = ({ target }) => {
      target.onchange = null;
      this.watchPixels();
      this.redraw();
    };
  }

  stop() {
    this.columns.forEach(({ feed }) => feed.stop());
    this.headstart.stop();
    this.observer.disconnect();
    this.pixels.onchange = null;
    this.sight.stop();
    clearTimeout(this.pause);
    cancelAnimationFrame(this.raf);
    this.raf = -1;
  }

  // ---- drawing ----

  // Draw at the next screen frame: for what a person does, and for what is new.
  ask() {
    clearTimeout(this.pause);
    this.pause = 0;
    this.raf ||= requestAnimationFrame((now) => this.draw(now));
  }

  // Go on with a movement or a slow layer.
  goOn() {
    if (!this.player.live || this.columns.some(({ dragging }) => dragging)) this.ask();
    else if (!this.raf) this.pause ||= setTimeout(() => this.ask(), LIVE_PACE);
  }

  // Whether somebody is at the map.
  get attended() {
    return performance.now() - this.touched < ATTENTION;
  }

  // Whether drawing a part of the page is worth while now. Pictures at rest are drawn everywhere.
  sees(node) {
    return !(this.player.live || this.player.playing) || this.sight.sees(node);
  }

  // A layer was switched on or off.
  switched() {
    if (this.endsBar) this.endsBar.root.hidden = !this.show.path;
    for (const column of this.columns) column.staleImage = column.staleEnds = true;
    this.redraw();
  }

  redraw() {
    this.columns.forEach((column) => { if (column.map) column.map.stale = true; });
    this.curves.stale = true;
    this.ask();
  }

  draw(now) {
    this.raf = 0;
    const began = performance.now();
    const recordings = this.columns.map(({ recording }) => recording);
    const played = this.player.playing;
    this.player.tick(now);
    if (played && !this.player.playing) this.sendFrames();
    this.player.sync(recordings);
    const gliding = this.player.approach(now, this.calm);
    this.drawShared(recordings);
    this.drawing?.apply();
    const boxes = this.columns.map((column) => column.wantedBox());
    const together = this.show.shared && boxes.length > 1 ? unionBox(boxes) : null;
    const end = gliding || this.columns.some(({ dragging }) => dragging) ? MOVING_BUDGET : BUDGET;
    const busy = this.columns.map((column, i) => column.draw(together ?? boxes[i], performance.now() + end / this.columns.length));
    const frames = this.columns.map(({ frame }) => frame).filter(Boolean);
    this.timeline.draw(frames.reduce((a, b) => (a && a.step > b.step ? a : b), null), recordings.some(({ loading }) => loading));
    if (this.panels.includes("curves") && this.sees(this.curves.root)) this.curves.draw(recordings, this.player.shown, this.theme);
    this.stats.draws.push(performance.now() - began);
    if (this.stats.draws.length > 2000) this.stats.draws.shift();
    if (gliding || busy.some(Boolean) || this.player.playing || this.drawing?.behind) this.goOn();
  }

  drawShared(recordings) {
    const probe = recordings.find((recording) => recording.probe)?.probe;
    if (!probe) return;
    this.toolbar.setClasses(this.columns, this.colors);
    if (this.drawing) this.drawing.root.hidden = recordings.every((recording) => recording.probe && inSpace(recording.probe.shape)); // no pen for points
    this.toolbar.offer(new Set(["codebook", "spread"].filter((name) => this.columns.some(({ extras }) => extras[name]))));
    if (this.endsBar && this.endsBar.probe?.sum !== probe.sum) this.endsBar.begin(probe);
  }

  // The images at the ends of the path; null for a model of other data, which has no such images.
  endsOf({ recording }) {
    const { endsBar } = this;
    return endsBar?.probe && recording.probe?.sum === endsBar.probe.sum ? endsBar.ends : null;
  }

  toggleLog() {
    this.curves.log = !this.curves.log;
    this.curves.button.setAttribute("aria-pressed", String(this.curves.log));
    this.redraw();
  }

  moveEnds() {
    this.endsBar.draw();
    this.columns.forEach((column) => { column.staleEnds = column.staleImage = true; });
    this.ask();
  }

  // ---- what goes out ----

  released(column) {
    column.askFar();
    this.setStateValue("z", { run: column.run.id, z: [...column.z] });
  }

  sendFrames() {
    this.columns.forEach((column) => column.askFar());
    this.setStateValue("frame", Object.fromEntries(this.columns.filter(({ frame }) => frame).map((column) => {
      return [column.run.id, column.recording.at(this.player.step).index];
    })));
  }

  // The models that look at the same test images.
  alike(column) {
    return this.columns.filter(({ recording }) => recording.probe && recording.probe.sum === column.recording.probe?.sum);
  }

  // The same test image is marked in every model that has it.
  pick(column, index) {
    for (const other of this.alike(column)) other.select(index);
    if (this.show.path && this.endsOf(column)) this.endsBar.take(index);
    this.released(column);
    this.setTriggerValue("picked", { run: column.run.id, index });
  }

  hover(column, index) {
    for (const other of this.alike(column)) other.setHovered(index);
    this.ask();
  }

  // A code was moved: other models show where they have the image that is nearest to it.
  near(column, index) {
    for (const other of this.alike(column)) {
      Object.assign(other, other === column ? { near: index, ghost: null } : { near: null, ghost: index, selected: null, staleImage: true });
    }
    this.ask();
  }

  togglePlay() {
    if (this.panels.includes("timeline")) this.timeline.toggle();
  }

  onKey(event) {
    const typing = ["SELECT", "TEXTAREA"].includes(event.target.tagName);
    if (typing || foreign(event) || !this.panels.includes("map")) return;
    if (!this.toolbar.press(event.key) && !this.drawing?.press(event.key)) return;
    event.preventDefault();
    event.stopPropagation(); // Streamlit has keys of its own
  }

  // A code moved: for screen readers, but not at every pixel.
  announce(column) {
    this.moved.add(column);
    this.speakSoon();
  }

  // A run began, ended, or met a problem.
  tell(column) {
    this.news.add(column);
    this.speakSoon();
  }

  speakSoon() {
    this.saying ||= setTimeout(() => { this.saying = 0; this.speak(); }, SAY_EVERY);
  }

  // Where a code is gets said in the map that has the focus.
  speak() {
    const texts = [...this.news].map(({ newsText }) => newsText);
    const { activeElement } = this.root.getRootNode();
    for (const column of this.moved) {
      const text = column.describe();
      column.canvas?.setAttribute("aria-label", `${text}. Drag, or use the arrow keys; Shift moves further, Home goes to the origin, Enter picks the nearest image.`);
      if (column.canvas && column.canvas === activeElement) texts.push(text);
    }
    this.moved.clear();
    this.news.clear();
    if (texts.length) setText(this.said, texts.join(". "));
  }
}

function readTheme(root) {
  const style = getComputedStyle(root);
  const read = (name, otherwise) => style.getPropertyValue(name).trim() || otherwise;
  const font = read("--st-font", "sans-serif");
  const inks = (text, ground) => {
    const mix = (part) => `color-mix(in srgb, ${text} ${part}%, transparent)`;
    return { text, ground, font, muted: mix(72), border: mix(35), faint: mix(12) };
  };
  return { ...inks(read("--st-text-color", "#31333f"), read("--st-background-color", "#ffffff")), onBlack: inks("#ffffff", "#000000") };
}

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  let instrument = INSTRUMENTS.get(parentElement);
  const hooks = (globalThis.__latentMaps ??= []); // for benchmarks and tests
  hooks.Network = LatentMapNetwork;
  if (!instrument) {
    instrument = new Instrument(parentElement.querySelector(".latent-map"));
    INSTRUMENTS.set(parentElement, instrument);
    hooks.push(instrument);
  }
  instrument.update({ data, setStateValue, setTriggerValue });
  const call = ++instrument.calls;
  return () => {
    if (call !== instrument.calls) return; // a call that was overtaken while the script came is cleaned up after the next one
    instrument.stop();
    INSTRUMENTS.delete(parentElement);
    hooks.splice(hooks.indexOf(instrument), 1);
  };
}
