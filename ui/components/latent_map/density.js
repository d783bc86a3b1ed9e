// The aggregated posterior on a grid: the mean of all images' Gaussians. Filled a slice at a time, kept for frames seen before.

const DENSITY_CELLS = 64;
const DENSITY_KEPT = 40;
const REACH_SIGMAS = 4;

// Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26; error below 2e-7.
function normalCdf(x) {
  const t = 1 / (1 + 0.3275911 * Math.abs(x) * Math.SQRT1_2);
  const tail = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))) * Math.exp(-(x * x) / 2);
  return x > 0 ? 1 - tail / 2 : tail / 2;
}

// The variance that smooths `count` points: half of Scott's rule, which is too wide for clusters. (Scott, Multivariate Density Estimation, 1992)
function kernelVariance(points, count, side, axes) {
  let [sum, squares] = [0, 0];
  for (let i = 0; i < count; i++) {
    sum += points[2 * i + side];
    squares += points[2 * i + side] ** 2;
  }
  const variance = Math.max(1e-6, squares / count - (sum / count) ** 2);
  return 0.25 * variance * count ** (-2 / (axes + 4));
}

// A mixture of equal Gaussians in the plane, one an image: centres and (variance, variance, covariance).
class Mixture {
  constructor(points, spread, flat) {
    Object.assign(this, { points, spread, flat, count: points.length / 2 });
  }

  // Codes without spread of their own, and finite samples anywhere, need a kernel to have a density.
  static smoothed(points, spread, flat) {
    const count = points.length / 2;
    const [across, up] = [0, 1].map((side) => kernelVariance(points, count, side, flat ? 1 : 2));
    const out = new Float32Array(3 * count);
    for (let i = 0; i < count; i++) {
      out[3 * i] = (spread ? spread[3 * i] : 0) + across;
      out[3 * i + 1] = (spread ? spread[3 * i + 1] : 0) + up;
      out[3 * i + 2] = spread ? spread[3 * i + 2] : 0;
    }
    return new Mixture(points, out, flat);
  }

  // Density of member i at a place.
  member(i, x, y) {
    const { points, spread } = this;
    const xx = spread[3 * i], yy = spread[3 * i + 1], xy = spread[3 * i + 2];
    const dx = x - points[2 * i], dy = y - points[2 * i + 1];
    if (this.flat) return Math.exp((-0.5 * dx * dx) / xx) / Math.sqrt(2 * Math.PI * xx);
    const determinant = xx * yy - xy * xy;
    return Math.exp((-0.5 * (yy * dx * dx - 2 * xy * dx * dy + xx * dy * dy)) / determinant) / (2 * Math.PI * Math.sqrt(determinant));
  }

  // Density at a place, leaving out one member if wanted.
  at(x, y, without = -1) {
    let sum = 0;
    for (let i = 0; i < this.count; i++) if (i !== without) sum += this.member(i, x, y);
    return sum / (this.count - (without >= 0 ? 1 : 0));
  }
}

// Mean densities of a mixture in the cells of a grid; row 0 is the top.
class Grid {
  constructor(mixture, box, cells = DENSITY_CELLS) {
    Object.assign(this, { mixture, box, columns: cells, rows: mixture.flat ? 1 : cells, done: 0 });
    this.width = (box.x1 - box.x0) / this.columns;
    this.height = mixture.flat ? 1 : (box.y1 - box.y0) / this.rows;
    this.values = new Float32Array(this.columns * this.rows);
  }

  get busy() {
    return this.done < this.mixture.count;
  }

  // Add members until the time is used up.
  advance(end) {
    while (this.busy) {
      for (let batch = 0; batch < 8 && this.busy; batch++) this.add(this.done++);
      if (performance.now() >= end) break;
    }
  }

  add(i) {
    const { mixture } = this;
    const [xx, yy, xy] = mixture.spread.subarray(3 * i, 3 * i + 3);
    const [x, y] = [mixture.points[2 * i] - this.box.x0, this.box.y1 - mixture.points[2 * i + 1]];
    const across = this.window(x, Math.sqrt(xx), this.width, this.columns);
    const down = mixture.flat ? [0, 1] : this.window(y, Math.sqrt(yy), this.height, this.rows);
    if (xy === 0 || mixture.flat) this.addUpright(across, down, x, y, Math.sqrt(xx), Math.sqrt(yy));
    else this.addTurned(across, down, i);
  }

  // The cells from and to which a bell reaches.
  window(middle, sigma, size, count) {
    const reach = REACH_SIGMAS * sigma + size;
    return [Math.max(0, Math.floor((middle - reach) / size)), Math.min(count, Math.ceil((middle + reach) / size))];
  }

  // Mean of a bell over each cell: exact, so that bells narrower than a cell lose nothing.
  bell([from, to], middle, sigma, size) {
    const parts = [];
    for (let cell = from, before = normalCdf((from * size - middle) / sigma); cell < to; cell++) {
      const after = normalCdf(((cell + 1) * size - middle) / sigma);
      parts.push((after - before) / size);
      before = after;
    }
    return parts;
  }

  addUpright(across, down, x, y, sx, sy) {
    const { values, columns, mixture } = this;
    const horizontal = this.bell(across, x, sx, this.width);
    const vertical = mixture.flat ? [1] : this.bell(down, y, sy, this.height);
    for (let row = down[0]; row < down[1]; row++) {
      const factor = vertical[row - down[0]] / mixture.count;
      for (let column = across[0]; column < across[1]; column++) values[row * columns + column] += factor * horizontal[column - across[0]];
    }
  }

  // Turned ellipses by their density at the cell's middle, widened by the cell's own variance.
  addTurned(across, down, i) {
    const { values, columns, mixture, width, height, box } = this;
    const spread = Float32Array.from(mixture.spread.subarray(3 * i, 3 * i + 3));
    spread[0] += (width * width) / 12;
    spread[1] += (height * height) / 12;
    const one = new Mixture(mixture.points.subarray(2 * i, 2 * i + 2), spread, false);
    for (let row = down[0]; row < down[1]; row++) {
      for (let column = across[0]; column < across[1]; column++) {
        values[row * columns + column] += one.member(0, box.x0 + (column + 0.5) * width, box.y1 - (row + 0.5) * height) / mixture.count;
      }
    }
  }
}

// The density layer of a map.
class Density {
  constructor() {
    Object.assign(this, { kept: new Map(), grid: null, shown: null, canvas: document.createElement("canvas") });
  }

  get busy() {
    return this.grid?.busy ?? false;
  }

  // Ask for the density of a moment; `mixture` is called only if it is not at hand. Says whether the picture changed.
  want(key, box, mixture) {
    if (key === this.key) return false;
    this.key = key;
    this.grid = this.kept.get(key) ?? new Grid(mixture(), { ...box });
    return !this.busy && this.finish();
  }

  advance(end) {
    this.grid.advance(end);
    return !this.busy && this.finish();
  }

  finish() {
    this.kept.delete(this.key);
    this.kept.set(this.key, this.grid);
    if (this.kept.size > DENSITY_KEPT) this.kept.delete(this.kept.keys().next().value);
    this.shown = this.grid;
    return true;
  }

  // Soft shading in the run's colour, darker where more codes lie.
  draw(context, view, color) {
    if (!this.shown) return;
    if (this.painted !== this.shown || this.color !== color) this.paint(color);
    const { x0, x1, y0, y1 } = this.shown.box;
    const { flat } = this.shown.mixture;
    context.imageSmoothingEnabled = true;
    context.imageSmoothingQuality = "high";
    const [top, tall] = flat ? [0, view.height] : [view.y(y1), view.y(y0) - view.y(y1)];
    context.drawImage(this.canvas, view.x(x0), top, view.x(x1) - view.x(x0), tall);
  }

  paint(color) {
    const { values, columns, rows } = this.shown;
    Object.assign(this, { painted: this.shown, color });
    Object.assign(this.canvas, { width: columns, height: rows });
    const image = new ImageData(columns, rows);
    const rgb = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
    const most = values.reduce((a, b) => Math.max(a, b), 1e-12);
    values.forEach((value, i) => image.data.set([...rgb, 215 * Math.sqrt(value / most)], 4 * i));
    this.canvas.getContext("2d").putImageData(image, 0, 0);
  }
}
