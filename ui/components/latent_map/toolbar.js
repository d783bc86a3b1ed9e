// What the maps show: one toggle a layer, each with a key; and the classes' colours.

// name, key, text, help; a group a row of the table. The first group is always there, the second where a model has such things, the
// rest behind a button.
const LAYERS = [
  [
    ["points", "P", "Points", "The codes of the test images, coloured by class"],
    ["ellipses", "E", "Ellipses", "The posterior of each image: one and two standard deviations, true to scale"],
    ["rings", "R", "Prior", "The prior: rings at one and two standard deviations of N(0, I), or shading where a model has learned its own"],
    ["manifold", "M", "Decoded plane", "What each place in the plane decodes to"],
  ],
  [
    ["codebook", "K", "Codebook", "The codes that the model chooses from: large where often used, hollow where never. Images that share one stand around it"],
    ["spread", "U", "Decoder's spread", "How unsure the decoder is at each place: the stronger the colour, the less sure"],
  ],
  [
    ["samples", "S", "Samples", "Each point a draw z = μ + σε instead of the mean μ, always with the same ε"],
    ["centroids", "C", "Centroids", "The mean code of each class"],
  ],
  [
    ["density", "D", "Density", "The aggregated posterior: where the codes of all test images lie together"],
    ["holes", "H", "Holes", "Hatched: places that the prior draws from, but where hardly any codes lie"],
  ],
  [
    ["warp", "G", "Grid", "A grid of codes, dotted, and where each comes back to when its decoded image is encoded again"],
    ["path", "I", "Path", "The straight line between two images, and what lies on it; click points to choose the images"],
  ],
  [
    ["axes", "A", "Axes", "Ticks and names of the axes"],
    ["shared", "X", "Same scale", "All maps show the same part of the plane"],
  ],
];
// Layers that not all models can have: which posteriors have them, and why the others do not.
const NEEDS = {
  ellipses: [["gaussian", "flow"], "These models encode to points, which have no size"],
  samples: [["gaussian"], "Only Gaussian clouds can be drawn from here"],
  warp: [["dirac", "gaussian", "codes"], "Not here: the flow that bends these clouds does not run in the browser"],
};

class Toolbar {
  constructor(show, changed) {
    Object.assign(this, { show, changed });
    this.buttons = new Map(LAYERS.flat().map(([name, key, text, help]) => [name, this.button(name, key, text, help)]));
    this.titles = new Map([...this.buttons].map(([name, { title }]) => [name, title]));
    const [core, own, ...others] = LAYERS.map((group) => el("span", { className: "group" }, ...group.map(([name]) => this.buttons.get(name))));
    this.own = own;
    this.rest = el("span", { className: "rest", hidden: true }, ...others);
    this.more = el("button", { type: "button", textContent: "More layers", title: "Show the other layers; once you have clicked in a map, their keys work also while they are hidden" });
    this.more.onclick = () => this.open(this.rest.hidden);
    this.legend = el("div", { className: "legend", role: "group", "aria-label": "Classes" });
    this.help = el("p", { className: "help", role: "status", hidden: true });
    this.root = el("div", { className: "toolbar", role: "toolbar", "aria-label": "Layers of the map" }, core, own, this.more, this.rest);
    this.offer(new Set());
    this.open(false);
    this.draw();
  }

  button(name, key, text, help) {
    const button = el("button", { type: "button", title: `${help} (key ${key})`, ariaLabel: text, "aria-keyshortcuts": key }, text, el("kbd", { textContent: key, ariaHidden: "true" }));
    button.onclick = () => this.toggle(name, help);
    return button;
  }

  // Fingers have no titles to read, so the line below says what was switched on.
  toggle(name, help) {
    this.show[name] = !this.show[name];
    setText(this.help, this.show[name] ? `${help}.` : "");
    this.help.hidden = !this.show[name];
    this.draw();
    this.changed();
  }

  // Says whether the key was one of ours.
  press(key) {
    const layer = LAYERS.flat().find(([, letter]) => letter === key.toUpperCase());
    const button = layer && this.buttons.get(layer[0]);
    if (!button || button.hidden || button.disabled) return false;
    if (this.rest.contains(button)) this.open(true);
    this.toggle(layer[0], layer[3]);
    return true;
  }

  open(wanted) {
    this.rest.hidden = !wanted;
    this.more.setAttribute("aria-expanded", String(wanted));
    setText(this.more, wanted ? "Fewer layers" : "More layers");
  }

  // Layers that only some models have: those named in a set.
  offer(names) {
    for (const [name] of LAYERS[1]) this.buttons.get(name).hidden = !names.has(name);
    this.own.hidden = names.size === 0;
  }

  setRuns(runs) {
    this.buttons.get("shared").hidden = runs.length < 2;
    for (const [name, [having, why]] of Object.entries(NEEDS)) {
      const button = this.buttons.get(name);
      button.disabled = !runs.some((run) => having.includes(run.posterior));
      button.title = button.disabled ? why : this.titles.get(name);
    }
  }

  draw() {
    for (const [name, button] of this.buttons) button.setAttribute("aria-pressed", String(this.show[name]));
  }

  // One row of classes for all models, or one for each kind of images on the page.
  setClasses(columns, colors) {
    const rows = classRows(columns);
    const key = JSON.stringify(rows);
    if (this.classes === key) return;
    this.classes = key;
    this.legend.replaceChildren(...rows.map(({ classes, titles }) => {
      const heading = rows.length > 1 ? [el("b", { textContent: titles.join(", ") })] : [];
      return el("div", {}, ...heading, ...classes.map((name, label) => classMark(name, colors[label % colors.length])));
    }));
  }
}

function classMark(name, color) {
  const dot = el("i");
  dot.style.background = color;
  return el("span", {}, dot, name);
}

// The classes on show, and the titles of the models that have them.
function classRows(columns) {
  const rows = [];
  for (const { run, recording: { probe } } of columns) {
    if (!probe) continue;
    const row = rows.find(({ classes }) => classes.join("\n") === probe.classes.join("\n"));
    if (row) row.titles.push(run.title);
    else rows.push({ classes: probe.classes, titles: [run.title] });
  }
  return rows;
}
