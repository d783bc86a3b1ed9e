// What the maps show: one toggle a layer, each with a key; and the classes' colours.

const LAYERS = [
  ["points", "P", "Points", "The codes of the test images, coloured by class"],
  ["ellipses", "E", "Ellipses", "The posterior of each image: one standard deviation, true to scale"],
  ["rings", "R", "Prior", "The prior N(0, I): one and two standard deviations"],
  ["manifold", "M", "Decoded plane", "What each place in the plane decodes to"],
  ["axes", "A", "Axes", "Ticks and names of the axes"],
  ["shared", "S", "Same scale", "All maps show the same part of the plane"],
];

class Toolbar {
  constructor(show, changed) {
    Object.assign(this, { show, changed });
    this.buttons = new Map(LAYERS.map(([name, key, text, help]) => {
      const button = el("button", { type: "button", textContent: text, title: `${help} (key ${key})`, "aria-keyshortcuts": key });
      button.onclick = () => this.toggle(name);
      return [name, button];
    }));
    this.legend = el("div", { className: "legend", "aria-label": "Classes" });
    this.root = el("div", { className: "toolbar", role: "toolbar", "aria-label": "Layers of the map" }, ...this.buttons.values());
    this.draw();
  }

  toggle(name) {
    this.show[name] = !this.show[name];
    this.draw();
    this.changed();
  }

  // Says whether the key was one of ours.
  press(key) {
    const layer = LAYERS.find(([name, letter]) => letter === key.toUpperCase() && !this.buttons.get(name).hidden && !this.buttons.get(name).disabled);
    if (layer) this.toggle(layer[0]);
    return Boolean(layer);
  }

  setRuns(runs) {
    this.buttons.get("shared").hidden = runs.length < 2;
    this.buttons.get("ellipses").disabled = !runs.some((run) => run.posterior === "gaussian");
  }

  draw() {
    for (const [name, button] of this.buttons) button.setAttribute("aria-pressed", String(this.show[name]));
  }

  setClasses(classes, colors) {
    if (this.legend.childElementCount === classes.length) return;
    this.legend.replaceChildren(...classes.map((name, label) => {
      const dot = el("i");
      dot.style.background = colors[label % colors.length];
      return el("span", {}, dot, name);
    }));
  }
}
