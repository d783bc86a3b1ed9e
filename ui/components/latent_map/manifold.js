// The decoded plane: a grid of codes, each drawn as the image it decodes to. Filled a few cells at a time.

const MANIFOLD_CELLS = 13;

class Manifold {
  constructor() {
    this.canvas = document.createElement("canvas");
    this.key = "";
    this.cell = MANIFOLD_CELLS ** 2;
  }

  // Ask for a plane through z; nothing is done when it is the one at hand.
  want(network, z, plane, box, shape) {
    const rest = Float32Array.from(z);
    plane.move(rest, plane.axes.map(() => 0));
    const key = [network.serial, plane.key, Object.values(box).map((value) => value.toPrecision(4)), [...rest].map((value) => Math.round(100 * value))].join("|");
    if (key === this.key) return;
    Object.assign(this, { key, network, rest, plane, box: { ...box }, shape, cell: 0 });
    const [height, width] = cellOf(shape);
    this.next = new ImageData(MANIFOLD_CELLS * (width + 1), MANIFOLD_CELLS * (height + 1));
  }

  get busy() {
    return this.cell < MANIFOLD_CELLS ** 2;
  }

  // Decode on until the time is used up; says whether the plane was finished now.
  advance(end) {
    while (this.busy && performance.now() < end) this.fill(this.cell++);
    if (this.busy) return false;
    Object.assign(this.canvas, { width: this.next.width, height: this.next.height });
    this.canvas.getContext("2d").putImageData(this.next, 0, 0);
    this.drawn = this.box;
    return true;
  }

  fill(cell) {
    const { box, rest, plane } = this;
    const [row, column] = [Math.floor(cell / MANIFOLD_CELLS), cell % MANIFOLD_CELLS];
    const at = (low, high, place) => low + ((place + 0.5) / MANIFOLD_CELLS) * (high - low);
    const code = Float32Array.from(rest);
    plane.move(code, [at(box.x0, box.x1, column), at(box.y1, box.y0, row)]);
    paintCell(this.next, this.network.decode(code), this.shape, column, row, 255);
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
