// The decoded plane: a grid of codes, each drawn as the image it decodes to. Filled a few rows at a time.

const MANIFOLD_CELLS = 13;
const MANIFOLD_BUDGET = 5; // ms of each animation frame

class Manifold {
  constructor() {
    this.canvas = document.createElement("canvas");
    this.key = "";
    this.row = MANIFOLD_CELLS;
  }

  // Ask for the plane of two dimensions through z; nothing is done when it is the one at hand.
  want(network, z, dims, box, flat, shape) {
    const fixed = [...z].map((value, dim) => (dims.includes(dim) ? "" : value.toFixed(2)));
    const key = [network.serial, dims, flat, Object.values(box).map((value) => value.toPrecision(4)), fixed].join("|");
    if (key === this.key) return;
    Object.assign(this, { key, network, z: Float32Array.from(z), dims, box: { ...box }, flat, shape, row: 0 });
    const [height, width] = shape;
    this.next = new ImageData(MANIFOLD_CELLS * (width + 1), MANIFOLD_CELLS * (height + 1));
  }

  get busy() {
    return this.row < MANIFOLD_CELLS;
  }

  // Decode on until the time is used up; says whether the plane was finished now.
  advance() {
    const end = performance.now() + MANIFOLD_BUDGET;
    while (this.busy && performance.now() < end) this.fillRow(this.row++);
    if (this.busy) return false;
    Object.assign(this.canvas, { width: this.next.width, height: this.next.height });
    this.canvas.getContext("2d").putImageData(this.next, 0, 0);
    this.drawn = this.box;
    return true;
  }

  fillRow(row) {
    const { box, z, dims, flat } = this;
    const at = (low, high, cell) => low + ((cell + 0.5) / MANIFOLD_CELLS) * (high - low);
    if (!flat) z[dims[1]] = at(box.y1, box.y0, row);
    for (let column = 0; column < MANIFOLD_CELLS; column++) {
      z[dims[0]] = at(box.x0, box.x1, column);
      paintCell(this.next, this.network.decode(z), this.shape, column, row, 255);
    }
  }

  // Dimmed where points lie on top, so that both can be seen.
  draw(context, view, dimmed) {
    if (!this.drawn) return;
    const { x0, x1, y0, y1 } = this.drawn;
    context.fillStyle = "#000";
    context.fillRect(0, 0, view.width, view.height);
    context.imageSmoothingEnabled = false;
    context.globalAlpha = dimmed ? 0.5 : 1;
    context.drawImage(this.canvas, view.x(x0), view.y(y1), view.x(x1) - view.x(x0), view.y(y0) - view.y(y1));
    context.globalAlpha = 1;
  }
}
