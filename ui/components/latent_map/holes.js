// Holes: where the prior has mass but hardly any codes lie. A place counts as a hole if codes are sparser there than around 98 % of
// all codes, so a model whose codes fill the prior has about 2 % of holes. Codes are draws from the posteriors here, not their means.

const HOLE_CELLS = 60;
const HOLE_REACH = 3; // prior standard deviations looked at
const HOLE_LEVEL = 0.02;
const LEVEL_SAMPLES = 300;
const HATCH = 7; // px between lines

// N(0, I) in the plane, out to three standard deviations.
class NormalPrior {
  constructor(flat) {
    Object.assign(this, { flat, busy: false, box: { x0: -HOLE_REACH, x1: HOLE_REACH, y0: -HOLE_REACH, y1: HOLE_REACH } });
  }

  // Density in a cell of a grid, given its middle.
  at(_, x, y) {
    if (this.flat) return Math.abs(x) <= HOLE_REACH ? Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI) : 0;
    return Math.hypot(x, y) <= HOLE_REACH ? Math.exp(-(x * x + y * y) / 2) / (2 * Math.PI) : 0;
  }
}

class Holes {
  constructor() {
    Object.assign(this, { key: "", grid: null, shown: null, share: null });
  }

  get busy() {
    return this.grid !== null;
  }

  // `given` says the mixture, the places of one draw from each member, and the prior if it is not N(0, I).
  want(key, given) {
    if (key === this.key) return;
    const { mixture, places, prior = new NormalPrior(mixture.flat) } = given();
    Object.assign(this, { key, places, prior, levels: [], grid: new Grid(mixture, prior.box, HOLE_CELLS) });
  }

  // First the density, then what counts as sparse; says whether the picture changed.
  advance(end) {
    const { grid, levels, prior } = this;
    if (prior.busy) prior.advance(end);
    if (prior.busy) return false;
    if (grid.busy) grid.advance(end);
    const every = Math.max(1, Math.floor(grid.mixture.count / LEVEL_SAMPLES));
    const wanted = Math.floor(grid.mixture.count / every);
    while (!grid.busy && levels.length < wanted && performance.now() < end) levels.push(this.levelAt(levels.length * every));
    if (grid.busy || levels.length < wanted) return false;
    this.finish();
    return true;
  }

  // The density around a draw from one member, of all the others.
  levelAt(i) {
    return this.grid.mixture.at(this.places[2 * i], this.places[2 * i + 1], i);
  }

  finish() {
    const level = this.levels.sort((a, b) => a - b)[Math.floor(HOLE_LEVEL * this.levels.length)];
    const { columns, rows, values, width, height, box, mixture } = this.grid;
    const cells = new Uint8Array(columns * rows);
    let share = 0;
    for (let i = 0; i < cells.length; i++) {
      const [x, y] = [box.x0 + ((i % columns) + 0.5) * width, mixture.flat ? 0 : box.y1 - (Math.floor(i / columns) + 0.5) * height];
      const mass = this.prior.at(i, x, y) * width * height;
      cells[i] = Number(values[i] < level && mass > 0);
      if (cells[i]) share += mass;
    }
    Object.assign(this, { shown: { cells, columns, rows, box, flat: mixture.flat }, share, grid: null });
  }

  // Whether coordinates lie in a hole.
  at([x, y = 0]) {
    if (!this.shown) return false;
    const { cells, columns, rows, box, flat } = this.shown;
    const column = Math.floor(((x - box.x0) / (box.x1 - box.x0)) * columns);
    const row = flat ? 0 : Math.floor(((box.y1 - y) / (box.y1 - box.y0)) * rows);
    return column >= 0 && column < columns && row >= 0 && row < rows && cells[row * columns + column] === 1;
  }

  draw(context, view, theme) {
    if (!this.shown) return;
    context.save();
    context.beginPath();
    this.trace(context, view);
    context.fillStyle = theme.faint;
    context.fill();
    context.clip();
    context.strokeStyle = theme.text;
    context.globalAlpha = 0.55;
    context.lineWidth = 1;
    context.beginPath();
    for (let at = -view.height; at < view.width; at += HATCH) {
      context.moveTo(at, view.height);
      context.lineTo(at + view.height, 0);
    }
    context.stroke();
    context.restore();
  }

  // One rectangle for each run of cells in a row.
  trace(context, view) {
    const { cells, columns, rows, box, flat } = this.shown;
    const x = (column) => view.x(box.x0 + (column / columns) * (box.x1 - box.x0));
    const y = (row) => (flat ? row * view.height : view.y(box.y1 - (row / rows) * (box.y1 - box.y0)));
    for (let row = 0; row < rows; row++) {
      for (let from = 0; from < columns; from++) {
        if (!cells[row * columns + from]) continue;
        let to = from;
        while (to < columns && cells[row * columns + to]) to += 1;
        context.rect(x(from), y(row), x(to) - x(from), y(row + 1) - y(row));
        from = to;
      }
    }
  }
}
