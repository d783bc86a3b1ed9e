// The plane through the latent space that a map shows: two of its axes, or two directions of largest variance. Codes are
// projected through the origin, so that the prior N(0, I) is N(0, I) in every plane.

const dot = (a, b, from = 0) => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[from + i];
  return sum;
};

const unit = (axis) => axis.map((value) => value / (Math.sqrt(dot(axis, axis)) || 1));

class Plane {
  constructor(axes, names) {
    Object.assign(this, { axes, names });
    this.key = axes.map((axis) => [...axis].map((value) => value.toFixed(3)).join(",")).join(";");
  }

  // One name for a model of one dimension: its map is a line.
  static ofDims(chosen, dims) {
    return new Plane(chosen.map((dim) => Float64Array.from({ length: dims }, (_, i) => Number(i === dim))), chosen.map(dimName));
  }

  static ofComponents({ axes, shares }) {
    return new Plane(axes, shares.map((share, side) => `PC${subscript(side + 1)} · ${Math.round(100 * share)} %`));
  }

  // The same plane with its axes in the sense of direction of another one.
  facing(other) {
    const against = this.axes.map((axis, side) => dot(axis, other.axes[side]) < 0);
    return against.includes(true) ? new Plane(this.axes.map((axis, side) => (against[side] ? axis.map((value) => -value) : axis)), this.names) : this;
  }

  // A plane part of the way from one to another, its axes again at right angles.
  static between(from, to, part) {
    const [a, b] = from.axes.map((axis, side) => mixInto(new Float64Array(axis.length), axis, to.axes[side], part));
    const across = unit(a);
    const along = dot(across, b);
    return new Plane([across, unit(b.map((value, dim) => value - along * across[dim]))], to.names);
  }

  get flat() {
    return this.axes.length === 1;
  }

  point(z) {
    return this.axes.map((axis) => dot(axis, z));
  }

  // The two coordinates of each code; those of a line are spread a little across it.
  project(codes, count) {
    const out = new Float32Array(2 * count);
    const [across, up] = this.axes;
    const dims = across.length;
    for (let i = 0; i < count; i++) {
      out[2 * i] = dot(across, codes, i * dims);
      out[2 * i + 1] = up ? dot(up, codes, i * dims) : ((i * 0.618034) % 1) * 1.2 - 0.6;
    }
    return out;
  }

  // What N(μ, diag σ²) looks like in the plane: variances across and up, and covariance, three numbers an image.
  spread(sigma, count) {
    const out = new Float32Array(3 * count);
    const [a, b = a.map(() => 0)] = this.axes;
    const dims = a.length;
    for (let i = 0, at = 0; i < count; i++) {
      let [xx, yy, xy] = [0, 0, 0];
      for (let dim = 0; dim < dims; dim++, at++) {
        const variance = sigma[at] * sigma[at];
        xx += a[dim] * a[dim] * variance;
        yy += b[dim] * b[dim] * variance;
        xy += a[dim] * b[dim] * variance;
      }
      out[3 * i] = xx;
      out[3 * i + 1] = yy;
      out[3 * i + 2] = xy;
    }
    return out;
  }

  // Move a code to coordinates in the plane; what lies across the plane stays.
  move(z, coordinates) {
    const now = this.point(z);
    this.axes.forEach((axis, side) => {
      for (let dim = 0; dim < z.length; dim++) z[dim] += axis[dim] * (coordinates[side] - now[side]);
    });
  }
}

// Half-axes and turn of the ellipse of one standard deviation.
function ellipseOf(xx, yy, xy) {
  if (xy === 0) return [Math.sqrt(xx), Math.sqrt(yy), 0];
  const [middle, half] = [(xx + yy) / 2, Math.hypot((xx - yy) / 2, xy)];
  return [Math.sqrt(middle + half), Math.sqrt(Math.max(0, middle - half)), Math.atan2(middle + half - xx, xy)];
}
