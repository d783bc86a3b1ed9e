// The choice of the plane that a map shows: any two axes, or the plane in which the codes vary most.

const COMPONENTS_KEPT = 60;

class Axes {
  // `changed` is called after every choice.
  constructor(dims, changed) {
    Object.assign(this, { dims, changed, chosen: dims > 1 ? [0, 1] : [0], components: false, kept: new Map(), plane: null });
    this.selects = ["Horizontal axis", "Vertical axis"].map((label, side) => this.select(label, side));
    this.button = el("button", { type: "button", textContent: "PCA", title: "The plane in which the codes vary most", "aria-pressed": "false" });
    this.button.onclick = () => this.toggle();
    this.root = el("span", { className: "axes", hidden: dims < 3 }, this.selects[0], " × ", this.selects[1], " ", this.button);
  }

  select(label, side) {
    const names = Array.from({ length: this.dims }, (_, dim) => dimName(dim));
    const select = el("select", { title: label, ariaLabel: label }, ...names.map((name, dim) => el("option", { value: dim, textContent: name })));
    select.value = String(this.chosen[side] ?? 0);
    select.onchange = () => this.choose(side, Number(select.value));
    return select;
  }

  // Choosing the other axis' dimension swaps the two.
  choose(side, dim) {
    const other = this.chosen[1 - side] === dim ? this.chosen[side] : this.chosen[1 - side];
    this.byHand = true;
    this.take(side === 0 ? [dim, other] : [other, dim]);
  }

  // Dimensions worth seeing, unless the person has chosen.
  suggest(chosen) {
    if (!this.byHand && chosen.join() !== this.chosen.join()) this.take(chosen);
  }

  take(chosen) {
    this.chosen = chosen;
    this.selects.forEach((select, i) => { select.value = String(chosen[i]); });
    this.changed();
  }

  toggle() {
    this.components = !this.components;
    this.button.setAttribute("aria-pressed", String(this.components));
    for (const select of this.selects) select.disabled = this.components;
    this.changed();
  }

  // The plane at a moment. Between frames the components turn from those of one to those of the next.
  at(moment, open) {
    if (!this.components) return Plane.ofDims(this.chosen, this.dims);
    const from = this.of(moment.frame, open, this.plane);
    const to = moment.next ? this.of(moment.next, open, from) : from;
    this.plane = to === from ? from : Plane.between(from, to, moment.part);
    return this.plane;
  }

  // The components at a frame. Their sense of direction means nothing, and is kept from one plane to the next, whichever way time goes.
  of(frame, open, before) {
    const plane = this.kept.get(frame) ?? this.find(open(frame));
    this.kept.set(frame, before ? plane.facing(before) : plane);
    if (this.kept.size > COMPONENTS_KEPT) this.kept.delete(this.kept.keys().next().value);
    return this.kept.get(frame);
  }

  find({ mu, count, dims }) {
    return Plane.ofComponents(principal(mu, count, dims));
  }
}
