// One slider a latent dimension, with its rate and a film of what moving it would do.

const SLIDER_CELLS = 9;
const OFF = 0.01; // nats below which a dimension tells nothing

class Sliders {
  constructor(dims, moved, released) {
    this.traversals = new Traversals(dims, SLIDER_CELLS);
    this.held = null;
    this.rows = this.traversals.films.map((film, dim) => this.row(dim, film, moved, released));
    this.root = el("div", { className: "sliders" }, ...this.rows.map(({ node }) => node));
    this.root.onpointerdown = ({ target }) => { this.held = target; };
    this.root.onpointerup = this.root.onpointercancel = () => { this.held = null; };
  }

  row(dim, film, moved, released) {
    const input = el("input", { type: "range", step: "any", min: -3, max: 3, value: 0, "aria-label": dimName(dim) });
    input.oninput = () => moved(dim, Number(input.value));
    input.onchange = released;
    const output = el("output", { textContent: signed(0) });
    const rate = el("span", { className: "rate", hidden: true }, el("i"), el("b"));
    const way = el("span", { className: "way" }, input, film.strip.canvas);
    return { input, output, rate, node: el("label", {}, el("span", { className: "dim", textContent: dimName(dim) }), way, el("span", { className: "sums" }, output, rate)) };
  }

  // The ends follow the codes, but not under the finger.
  setRanges(ranges) {
    this.rows.forEach(({ input }, dim) => {
      if (input === this.held) return;
      [input.min, input.max] = ranges[dim];
    });
  }

  setCode(z) {
    this.rows.forEach(({ input, output, off }, dim) => {
      if (input !== this.held) input.value = z[dim];
      input.setAttribute("aria-valuetext", `${signed(z[dim])}${off ? ", off: this dimension tells nothing" : ""}`);
      setText(output, signed(z[dim], Math.abs(z[dim]) < 100 ? 2 : 0));
    });
  }

  // Nats that each dimension tells of an image; null for models that encode to a point and have no rate.
  setRates(kl) {
    const most = kl ? kl.reduce((a, b) => Math.max(a, b), 10 * OFF) : 1;
    this.rows.forEach((row, dim) => {
      row.rate.hidden = !kl;
      row.off = kl !== null && kl[dim] < OFF;
      row.node.classList.toggle("off", row.off);
      if (!kl) return;
      const [bar, text] = row.rate.children;
      bar.style.width = `${Math.round((28 * Math.max(0, kl[dim])) / most)}px`;
      setText(text, row.off ? "off" : `${kl[dim].toFixed(2)} nats`);
      row.rate.title = row.off ? `KL ${signed(kl[dim], 4)} nats: moving this dimension does nothing` : "KL: what this dimension tells of an image";
    });
  }
}
