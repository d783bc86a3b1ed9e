// One slider a latent dimension.

class Sliders {
  constructor(dims, moved, released) {
    this.inputs = Array.from({ length: dims }, (_, dim) => {
      const input = el("input", { type: "range", step: "any", min: -3, max: 3, value: 0, "aria-label": dimName(dim) });
      input.oninput = () => moved(dim, Number(input.value));
      input.onchange = released;
      return input;
    });
    this.outputs = this.inputs.map(() => el("output", { textContent: signed(0) }));
    const rows = this.inputs.map((input, dim) => el("label", {}, el("span", { className: "dim", textContent: dimName(dim) }), input, this.outputs[dim]));
    this.root = el("div", { className: "sliders" }, ...rows);
    this.held = null;
    this.root.onpointerdown = ({ target }) => { this.held = target; };
    this.root.onpointerup = this.root.onpointercancel = () => { this.held = null; };
  }

  // The ends follow the codes, but not under the finger.
  setRanges(ranges) {
    this.inputs.forEach((input, dim) => {
      if (input === this.held) return;
      [input.min, input.max] = ranges[dim];
    });
  }

  setCode(z) {
    this.inputs.forEach((input, dim) => {
      if (input !== this.held) input.value = z[dim];
      input.setAttribute("aria-valuetext", signed(z[dim]));
      setText(this.outputs[dim], signed(z[dim], Math.abs(z[dim]) < 100 ? 2 : 0));
    });
  }
}
