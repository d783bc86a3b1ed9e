// A pad to draw on. Every model on the page encodes the drawing as it grows, here in the browser; nothing is sent anywhere.

const PAD = 280; // pixels a side
const PEN = 25; // as thick, for a digit that fills the pad as most do, as the pens of MNIST
const BENT = "no drawing here, for its flow, which bends the clouds, does not run in the browser";
const LARGEST_FILE = 8 * 2 ** 20; // bytes

class Drawing {
  // host: the Instrument (ask, columns)
  constructor(host) {
    Object.assign(this, { host, version: 0, told: 0, test: null, seen: new Map(), fits: new WeakMap(), shown: [] });
    this.pad = el("canvas", { className: "pad", width: PAD, height: PAD, tabIndex: 0, role: "img", ariaLabel: "Drawing pad, empty" });
    this.context = this.pad.getContext("2d", { willReadFrequently: true });
    this.bindPen();
    const button = (text, key, title, onclick) => el("button", { type: "button", title: `${title} (key ${key})`, "aria-keyshortcuts": key, onclick }, text, el("kbd", { textContent: key, ariaHidden: "true" }));
    const clear = button("Clear", "L", "Wipe the pad", () => this.clear());
    const test = button("Test image", "T", "Put a random test image on the pad, without drawing", () => this.takeTestImage());
    this.file = el("input", { type: "file", accept: "image/*", className: "said", tabIndex: -1 });
    this.file.onchange = () => this.takeFile(this.file.files[0]);
    const upload = el("button", { type: "button", textContent: "Picture…", title: "Put a picture of yours on the pad; it stays in this browser", onclick: () => this.file.click() });
    this.message = el("p", { className: "message", role: "status" });
    this.blank = el("p", { className: "blank", textContent: "What the models make of your drawing appears here." });
    this.pictures = el("div", { className: "pictures" }, this.blank);
    this.words = el("p", { className: "hint" });
    this.said = el("p", { className: "said", ariaLive: "polite" });
    this.hint = el("p", { className: "hint", textContent: "Draw a digit with mouse, pen or finger. It is centred and scaled as the training images were." });
    this.tools = el("div", { className: "tools" }, clear, test, upload, this.file);
    const rest = el("div", { className: "answer" }, this.tools, this.hint, this.message, this.pictures, this.words, this.said);
    this.root = el("section", { className: "block drawing", ariaLabel: "Drawing pad" }, this.pad, rest);
    this.wipe();
  }

  // Says whether the key was one of ours.
  press(key) {
    if (this.root.hidden || this.pad.hidden) return false;
    const act = { L: () => this.clear(), T: () => this.takeTestImage() }[key.toUpperCase()];
    act?.();
    return Boolean(act);
  }

  // ---- ink ----

  wipe() {
    this.context.fillStyle = "#000";
    this.context.fillRect(0, 0, PAD, PAD);
  }

  clear() {
    this.wipe();
    this.changed("");
  }

  changed(message = "") {
    this.version += 1;
    this.test = null;
    this.seen.clear();
    setText(this.message, message);
    this.host.ask();
  }

  bindPen() {
    const { pad } = this;
    pad.onpointerdown = (event) => {
      if (event.button || this.pen !== undefined) return;
      event.preventDefault();
      pad.focus({ preventScroll: true });
      pad.setPointerCapture(event.pointerId);
      this.pen = event.pointerId;
      this.last = this.place(event);
      this.stroke([this.last]);
    };
    pad.onpointermove = (event) => {
      if (event.pointerId !== this.pen) return;
      const events = event.getCoalescedEvents?.() ?? [];
      this.stroke((events.length ? events : [event]).map((one) => this.place(one)));
    };
    pad.onpointerup = pad.onpointercancel = (event) => { if (event.pointerId === this.pen) this.pen = undefined; };
  }

  place({ clientX, clientY }) {
    const { left, top, width } = this.pad.getBoundingClientRect();
    return [((clientX - left) * PAD) / width, ((clientY - top) * PAD) / width];
  }

  stroke(places) {
    const { context } = this;
    Object.assign(context, { strokeStyle: "#fff", lineWidth: PEN, lineCap: "round", lineJoin: "round" });
    context.beginPath();
    context.moveTo(...this.last);
    for (const place of places) context.lineTo(...place);
    context.stroke();
    this.last = places.at(-1);
    this.changed();
  }

  takeTestImage() {
    const probe = this.host.columns.find(({ recording }) => recording.probe && !inSpace(recording.probe.shape))?.recording.probe;
    if (!probe) return;
    if (probe.bare) return setText(this.message, "The test images are not on this machine. Train on this data set once, and they are fetched.");
    this.putImage(probe, Math.floor(Math.random() * probe.count));
  }

  // Models that were trained on images like it get it as it is.
  putImage(probe, index) {
    const [height, width] = probe.shape;
    const strip = new Strip(1, 1, "");
    strip.resize(probe.shape);
    strip.set(0, 0, probe.images, 1, index * height * width);
    strip.show();
    this.wipe();
    this.context.imageSmoothingEnabled = height <= SMALL;
    this.context.drawImage(strip.canvas, 0, 0, PAD, PAD);
    this.changed(`Test image ${index + 1} of ${probe.count}: class ${probe.classes[probe.labels[index]]}.`);
    this.test = { key: probe.shape.join(), pixels: Float32Array.from(probe.images.subarray(index * height * width, (index + 1) * height * width), (value) => value / 255) };
  }

  async takeFile(file) {
    this.file.value = "";
    if (!file) return;
    if (file.size > LARGEST_FILE) return setText(this.message, "This file is larger than 8 MB. Choose a smaller picture.");
    try {
      this.putPicture(await createImageBitmap(file));
    } catch {
      setText(this.message, "The browser cannot read this file as a picture. PNG, JPEG, WebP and GIF work.");
    }
  }

  putPicture(bitmap) {
    const scale = PAD / Math.max(bitmap.width, bitmap.height);
    const [width, height] = [bitmap.width, bitmap.height].map((length) => Math.max(1, Math.round(length * scale)));
    const [left, top] = [Math.floor((PAD - width) / 2), Math.floor((PAD - height) / 2)];
    this.context.fillStyle = "#fff"; // what is transparent counts as paper
    this.context.fillRect(0, 0, PAD, PAD);
    this.context.imageSmoothingEnabled = true;
    this.context.imageSmoothingQuality = "high";
    this.context.drawImage(bitmap, left, top, width, height);
    bitmap.close();
    const image = this.context.getImageData(left, top, width, height);
    const grey = Float32Array.from({ length: width * height }, (_, i) => (0.299 * image.data[4 * i] + 0.587 * image.data[4 * i + 1] + 0.114 * image.data[4 * i + 2]) / 255);
    const ink = inkOfPicture(grey, width, height);
    ink.forEach((value, i) => image.data.fill(Math.round(255 * value), 4 * i, 4 * i + 3));
    this.wipe();
    this.context.putImageData(image, left, top);
    this.changed(ink.some((value) => value > 0.5) ? "What stands out from the picture's ground became white ink." : "This picture is of one colour: nothing stands out.");
  }

  // ---- what the models make of it ----

  // What a model's encoder sees of the drawing; null where there is nothing.
  pixels(probe) {
    if (!this.fits.has(probe)) this.fits.set(probe, fitOf(probe));
    const fit = this.fits.get(probe);
    if (this.test?.key === probe.shape.join()) return this.test.pixels;
    const key = Object.values(fit).join();
    if (!this.seen.has(key)) this.seen.set(key, normaliseInk(this.ink(), PAD, fit));
    return this.seen.get(key);
  }

  ink() {
    const { data } = this.context.getImageData(0, 0, PAD, PAD);
    const ink = new Float32Array(PAD * PAD);
    for (let i = 0; i < ink.length; i++) ink[i] = data[4 * i] / 255;
    return ink;
  }

  // Encode for every model that has not seen this drawing, or has another network since.
  apply() {
    let any = false;
    for (const column of this.host.columns.filter((column) => this.concerns(column))) {
      const { network, recording } = column;
      const pixels = this.pixels(recording.probe);
      column.inked = this.version;
      column.takeDrawing(pixels && { ...network.encode(pixels), pixels, serial: network.serial });
      any = true;
    }
    if (any) this.draw();
  }

  concerns(column) {
    const { network, recording, drawn, inked } = column;
    if (!network?.encodes || !recording.probe || inSpace(recording.probe.shape) || this.version === 0) return false;
    return inked !== this.version || (drawn !== null && drawn.serial !== network.serial);
  }

  // A network came after the drawing: it has yet to be asked.
  get behind() {
    return this.host.columns.some((column) => this.concerns(column));
  }

  draw() {
    const answers = this.host.columns.filter(({ drawn }) => drawn);
    const inputs = new Map(answers.map(({ drawn, recording }) => [recording.probe.shape.join(), { pixels: drawn.pixels, shape: recording.probe.shape }]));
    const cells = [...inputs].map(([key, input]) => ({ title: inputs.size > 1 ? `encoder sees (${key.replace(",", "×")})` : "encoder sees", ...input }));
    for (const { run, network, drawn, recording } of answers) {
      cells.push({ title: run.title, color: run.color, pixels: Float32Array.from(network.decode(drawn.mu)), shape: recording.probe.shape });
    }
    this.showCells(cells);
    this.describe(answers);
  }

  showCells(cells) {
    while (this.shown.length < cells.length) this.shown.push(this.newCell());
    this.shown.splice(cells.length).forEach(({ node }) => node.remove());
    this.blank.hidden = cells.length > 0;
    cells.forEach(({ title, color, pixels, shape }, i) => {
      const { strip, node, name } = this.shown[i];
      strip.resize(shape);
      strip.set(0, 0, pixels, 255);
      strip.show();
      strip.setLabel(i && color ? `Reconstruction of the drawing by ${title}` : "What the encoder sees of the drawing");
      setText(name, title);
      node.style.setProperty("--run", color ?? "var(--line)");
    });
  }

  newCell() {
    const strip = new Strip(1, 1, "");
    const node = figure("", strip.canvas);
    this.pictures.append(node);
    return { strip, node, name: node.firstChild };
  }

  // Models that cannot take part, and why.
  bent() {
    return this.host.columns.filter(({ run }) => run.posterior === "flow").map(({ run }) => `${run.title}: ${BENT}`);
  }

  // Where no model on the page can take a drawing there is no pad; the reason takes its place.
  offer() {
    const all = this.host.columns.length > 0 && this.host.columns.every(({ run }) => run.posterior === "flow");
    this.pad.hidden = this.tools.hidden = this.hint.hidden = this.pictures.hidden = all;
    setText(this.words, this.bent().join(" · "));
    this.draw();
  }

  // In words, when the hand rests. Said aloud is what becomes of another drawing; what a network in training makes of the same one
  // changes all the time.
  describe(answers) {
    const { version } = this;
    clearTimeout(this.telling);
    this.telling = setTimeout(() => {
      const parts = answers.filter(({ drawn }) => drawn).map((column) => `${column.run.title}: ${drawnText(column)}`);
      setText(this.words, [...parts, ...this.bent()].join(" · "));
      if (this.told !== version) setText(this.said, this.words.textContent);
      this.told = version;
      this.pad.setAttribute("aria-label", parts.length ? `Drawing pad. ${parts.join("; ")}` : "Drawing pad, empty");
    }, 350);
  }
}

function drawnText({ drawn, moment, recording: { probe } }) {
  const index = moment.nearest(drawn.mu);
  const nearest = index === null ? "" : `, nearest image: class ${probe.classes[probe.labels[index]]}`;
  return `${codeText(drawn.mu)}${drawn.sigma ? `, σ = ${(drawn.sigma.reduce((a, b) => a + b) / drawn.sigma.length).toFixed(2)}` : ""}${nearest}`;
}

// The posterior of the drawing: one standard deviation, true to scale.
function paintCloud(map, plane, { mu, sigma }, color, theme) {
  const { x, y, scale, height } = map.view;
  const [across, up] = plane.point(mu);
  const [long, short, turn] = ellipseOf(...plane.spread(sigma, 1));
  const context = map.canvas.getContext("2d");
  const [cx, cy] = [x(across), plane.flat ? height / 2 : y(up)];
  context.beginPath();
  context.ellipse(cx, cy, long * scale, plane.flat ? 8 : short * scale, -turn, 0, TURN);
  context.globalAlpha = 0.25;
  context.fillStyle = color;
  context.fill();
  context.globalAlpha = 1;
  strokeTwice(context, theme, 2, () => context.ellipse(cx, cy, long * scale, plane.flat ? 8 : short * scale, -turn, 0, TURN));
}
