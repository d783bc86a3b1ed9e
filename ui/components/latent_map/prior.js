// A model's own prior, known by draws from it: where it has mass, for the holes.

const PRIOR_MASS = 0.99; // of the prior looked at

class SampledPrior {
  constructor(points, flat, cells) {
    const ends = [0, 1].map((side) => middleRange(points.filter((_, i) => i % 2 === side)));
    this.box = flat ? { ...squareBox(ends[0], ends[0]), y0: -1, y1: 1 } : squareBox(...ends);
    this.grid = new Grid(Mixture.smoothed(points, null, flat), this.box, cells);
    this.least = null;
  }

  get busy() {
    return this.grid.busy;
  }

  advance(end) {
    this.grid.advance(end);
  }

  // Density in a cell of the grid; 0 in the thin tails.
  at(cell) {
    this.least ??= this.edge();
    const value = this.grid.values[cell];
    return value >= this.least ? value : 0;
  }

  // The density above which most of the mass lies.
  edge() {
    const values = Float32Array.from(this.grid.values).sort().reverse();
    const enough = PRIOR_MASS * values.reduce((a, b) => a + b, 0);
    let sum = 0;
    return values.find((value) => (sum += value) >= enough) ?? 0;
  }
}
