// Which label a model is told that wants one: chosen here, or that of the image that was picked.

class Teller {
  constructor(title, changed) {
    this.label = 0;
    this.select = el("select", { ariaLabel: `${title}: label that the decoder is told` });
    this.select.onchange = () => { this.label = Number(this.select.value); changed(); };
    this.root = el("label", { className: "teller", hidden: true }, "told label ", this.select);
  }

  // Shown for models that take labels only.
  offer(count, names) {
    this.root.hidden = count === 0;
    if (this.select.options.length === count) return;
    this.select.replaceChildren(...Array.from({ length: count }, (_, label) => el("option", { value: label, textContent: names[label] ?? String(label) })));
    this.select.value = String(this.label);
  }

  choose(label) {
    this.label = label;
    this.select.value = String(label);
  }
}
