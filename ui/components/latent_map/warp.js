// A grid of codes, and where each comes back to through encode(decode(z)): straight where the model is sure of its codes, bent where
// different codes decode to images that are read alike.

const WARP_LINES = 15;

class Warp {
  constructor() {
    Object.assign(this, { key: "", done: 0, nodes: null, shown: null });
  }

  get busy() {
    return this.nodes !== null;
  }

  // Ask for the grid in a plane through z; nothing is done when it is the one at hand.
  want(network, z, plane, box) {
    const rest = Float32Array.from(z);
    plane.move(rest, plane.axes.map(() => 0));
    const key = [network.serial, plane.key, Object.values(box).map((value) => value.toPrecision(2)), [...rest].map((value) => Math.round(100 * value))].join("|");
    if (key === this.key) return;
    const columns = WARP_LINES;
    Object.assign(this, { key, network, plane, rest, done: 0, columns, rows: plane.flat ? 1 : WARP_LINES, box: gridBox(box) });
    this.nodes = new Float32Array(2 * columns * this.rows);
  }

  // Send nodes through the model until the time is used up; says whether the grid was finished now.
  advance(end) {
    while (this.done < this.columns * this.rows && performance.now() < end) this.send(this.done++);
    if (this.done < this.columns * this.rows) return false;
    const { nodes, columns, rows, box, plane } = this;
    Object.assign(this, { shown: { nodes, columns, rows, box, flat: plane.flat }, nodes: null });
    return true;
  }

  send(node) {
    const code = Float32Array.from(this.rest);
    this.plane.move(code, nodePlace(this, node));
    const [x, y] = this.plane.point(this.network.encode(this.network.decode(code)).mu);
    this.nodes.set([x, y ?? 0], 2 * node);
  }

  draw(context, view, theme) {
    if (!this.shown) return;
    const { nodes, columns, rows, flat } = this.shown;
    if (flat) return this.drawLine(context, view, theme);
    const straight = (node) => nodePlace(this.shown, node);
    const warped = (node) => [nodes[2 * node], nodes[2 * node + 1]];
    for (const [place, color, width, dash] of [[straight, theme.muted, 0.6, [2, 4]], [warped, theme.text, 1.1, []]]) {
      context.strokeStyle = color;
      context.lineWidth = width;
      context.setLineDash(dash);
      context.beginPath();
      for (let line = 0; line < columns; line++) {
        trace(context, view, rows, (k) => place(k * columns + line));
        trace(context, view, columns, (k) => place(line * columns + k));
      }
      context.stroke();
    }
    context.setLineDash([]);
  }

  // One dimension: from each place on the upper line to where it comes back on the lower.
  drawLine(context, view, theme) {
    const { nodes, columns } = this.shown;
    context.strokeStyle = theme.text;
    context.lineWidth = 1.1;
    context.beginPath();
    for (let node = 0; node < columns; node++) {
      context.moveTo(view.x(nodePlace(this.shown, node)[0]), 0.2 * view.height);
      context.lineTo(view.x(nodes[2 * node]), 0.8 * view.height);
    }
    context.stroke();
  }
}

function trace(context, view, count, place) {
  for (let k = 0; k < count; k++) {
    const [x, y] = place(k);
    context[k ? "lineTo" : "moveTo"](view.x(x), view.y(y));
  }
}

function nodePlace({ columns, rows, box, flat, plane }, node) {
  const x = box.x0 + ((node % columns) / (columns - 1)) * (box.x1 - box.x0);
  if (flat ?? plane.flat) return [x];
  return [x, box.y0 + (Math.floor(node / columns) / (rows - 1)) * (box.y1 - box.y0)];
}

// Most of what the map shows, by round numbers, so that the grid stays while the map glides.
function gridBox({ x0, x1, y0, y1 }) {
  const unit = ticks(x0, x1, 8);
  const step = unit[1] - unit[0];
  const inside = (low, high) => [Math.ceil(low / step) * step, Math.floor(high / step) * step];
  const [left, right] = inside(x0, x1);
  const [bottom, top] = inside(y0, y1);
  return { x0: left, x1: right, y0: bottom, y1: top };
}
