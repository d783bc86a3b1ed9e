// The two images between which every model interpolates.

const FADED = "For comparison: pixels of A faded into B";
const THROUGH = "For comparison: the straight line from A to B, through the globe";

class Ends {
  constructor(changed) {
    Object.assign(this, { changed, turn: "A", probe: null, ends: null });
    this.parts = Object.fromEntries(["A", "B"].map((name) => [name, this.end(name)]));
    this.mix = new Strip(INTERPOLATION_CELLS, 1, "The pixels of A faded into those of B");
    const pickers = el("div", { className: "pickers" }, this.parts.A.node, this.parts.B.node);
    this.mixed = figure(FADED, this.mix.canvas);
    this.root = el("section", { className: "block ends" }, pickers, this.mixed);
  }

  end(name) {
    const strip = new Strip(1, 1, `Image ${name}`);
    const choose = el("button", { type: "button", className: "end", title: `The next point you click becomes ${name}` }, el("span", { textContent: name }), strip.canvas);
    choose.onclick = () => { this.turn = name; this.changed(); };
    const turn = (text, by, label) => el("button", { type: "button", textContent: text, title: label, ariaLabel: `${label} as ${name}`, onclick: () => this.move(name, by) });
    const node = el("div", { className: "picker" }, turn("‹", -1, "Previous image"), choose, turn("›", 1, "Next image"));
    return { strip, choose, node };
  }

  move(name, by) {
    this.ends[name] = (this.ends[name] + by + this.probe.count) % this.probe.count;
    this.changed();
  }

  // A clicked point becomes the end whose turn it is.
  take(index) {
    this.ends[this.turn] = index;
    this.turn = this.turn === "A" ? "B" : "A";
    this.changed();
  }

  // Other test images: the path begins anew.
  begin(probe) {
    Object.assign(this, { probe, ends: firstEnds(probe) });
    this.changed();
  }

  draw() {
    const { probe } = this;
    const size = probe.shape[0] * probe.shape[1];
    for (const [name, { strip, choose }] of Object.entries(this.parts)) {
      strip.resize(probe.shape);
      strip.set(0, 0, probe.images, 1, this.ends[name] * size);
      strip.show();
      strip.canvas.hidden = probe.bare;
      strip.setLabel(`Image ${name}, ${nameOf(probe, this.ends[name])}`);
      setText(choose.firstChild, probe.names?.length ? `${name}: ${nameOf(probe, this.ends[name])}` : name);
      choose.setAttribute("aria-pressed", String(this.turn === name));
    }
    this.mixed.hidden = probe.bare;
    setText(this.mixed.firstChild, inSpace(probe.shape) ? THROUGH : FADED);
    this.drawMix(probe, size);
  }

  drawMix(probe, size) {
    this.mix.resize(probe.shape);
    const mixed = new Float32Array(size);
    for (let cell = 0; cell < INTERPOLATION_CELLS; cell++) {
      const t = cell / (INTERPOLATION_CELLS - 1);
      for (let i = 0; i < size; i++) mixed[i] = (1 - t) * probe.images[this.ends.A * size + i] + t * probe.images[this.ends.B * size + i];
      this.mix.set(cell, 0, mixed);
    }
    this.mix.show();
  }
}

// Two images of different classes to begin with.
function firstEnds(probe) {
  const other = probe.labels.findIndex((label) => label !== probe.labels[0]);
  return { A: 0, B: Math.max(0, other) };
}
