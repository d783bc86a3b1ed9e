// Rows and grids of small grey images, white on black as in MNIST, one canvas each.

// Put one image into a grid; `gain` turns its values into 0…255.
function paintCell(image, pixels, [height, width], column, row, gain, gap = 1, from = 0) {
  const left = column * (width + gap);
  const top = row * (height + gap);
  for (let y = 0; y < height; y++) {
    let at = 4 * ((top + y) * image.width + left);
    for (let x = 0; x < width; x++, at += 4) {
      const value = pixels[from + y * width + x] * gain;
      image.data[at] = image.data[at + 1] = image.data[at + 2] = value;
      image.data[at + 3] = 255;
    }
  }
}

class Strip {
  // The place of columns × rows images is kept from the start, so that nothing moves when they come.
  constructor(columns, rows, label) {
    Object.assign(this, { columns, rows });
    this.canvas = el("canvas", { className: "strip", role: "img", "aria-label": label });
    this.resize([8, 8]);
  }

  resize([height, width]) {
    if (this.shape?.[0] === height && this.shape?.[1] === width) return;
    this.shape = [height, width];
    const gap = this.columns * this.rows > 1 ? 1 : 0;
    this.gap = gap;
    Object.assign(this.canvas, { width: this.columns * (width + gap) - gap, height: this.rows * (height + gap) - gap });
    this.canvas.style.aspectRatio = `${this.columns * width} / ${this.rows * height}`;
    this.image = new ImageData(this.canvas.width, this.canvas.height);
  }

  set(column, row, pixels, gain = 1, from = 0) {
    paintCell(this.image, pixels, this.shape, column, row, gain, this.gap, from);
  }

  show() {
    this.canvas.getContext("2d").putImageData(this.image, 0, 0);
  }

  setLabel(text) {
    this.canvas.setAttribute("aria-label", text);
  }
}

function figure(caption, ...children) {
  return el("figure", {}, el("figcaption", { textContent: caption }), ...children);
}

// Fixed test images above what the model makes of them.
class Reconstructions {
  constructor() {
    this.strip = new Strip(10, 2, "Ten test images above their reconstructions");
    this.root = figure("Test images, and their reconstructions below", this.strip.canvas);
  }

  draw(probe, arrays) {
    const size = probe.shape[0] * probe.shape[1];
    this.strip.resize(probe.shape);
    for (let i = 0; i < Math.min(10, probe.shown); i++) {
      this.strip.set(i, 0, probe.images, 1, i * size);
      this.strip.set(i, 1, arrays.reconstructions, 1, i * size);
    }
    this.strip.show();
  }
}

// Decoded draws from N(0, I), the same draws in every frame.
class Samples {
  constructor() {
    this.strip = new Strip(10, 2, "Twenty images decoded from fixed draws of the prior N(0, I)");
    this.root = figure("Decoded draws from N(0, I), always the same draws", this.strip.canvas);
  }

  draw(probe, arrays) {
    const size = probe.shape[0] * probe.shape[1];
    this.strip.resize(probe.shape);
    for (let i = 0; i < Math.min(20, arrays.samples.length / size); i++) this.strip.set(i % 10, Math.floor(i / 10), arrays.samples, 1, i * size);
    this.strip.show();
  }
}

const TRAVERSAL_CELLS = 11;
const TRAVERSAL_ROWS = 10;
const TRAVERSAL_BUDGET = 4; // ms of each animation frame, so that a drag stays smooth on wide networks

// One row a dimension: that number goes from low to high, the others stay at the present code.
class Traversals {
  constructor(dims) {
    Object.assign(this, { pending: 0, next: 0 });
    this.rows = Array.from({ length: Math.min(dims, TRAVERSAL_ROWS) }, () => {
      const strip = new Strip(TRAVERSAL_CELLS, 1, "");
      const name = el("span", { className: "dim" });
      return { strip, name, node: el("div", { className: "traversal" }, name, strip.canvas) };
    });
    const which = dims > TRAVERSAL_ROWS ? `The ${TRAVERSAL_ROWS} dimensions that vary most, each` : dims > 1 ? "Each dimension" : "The one dimension";
    this.root = figure(`${which} from low to high, the rest as in z`, ...this.rows.map(({ node }) => node));
  }

  // Every row is to be drawn again; those that waited longest come first.
  want(network, z, dims, ranges, shape) {
    Object.assign(this, { network, z: Float32Array.from(z), dims, ranges, shape, pending: this.rows.length });
  }

  // Draw rows until the time is used up; says whether some are left.
  advance() {
    const end = performance.now() + TRAVERSAL_BUDGET;
    while (this.pending > 0 && performance.now() < end) {
      this.drawRow(this.next);
      this.next = (this.next + 1) % this.rows.length;
      this.pending -= 1;
    }
    return this.pending > 0;
  }

  drawRow(row) {
    const { strip, name } = this.rows[row];
    const dim = this.dims[row];
    const [low, high] = this.ranges[dim];
    const code = Float32Array.from(this.z);
    strip.resize(this.shape);
    for (let cell = 0; cell < TRAVERSAL_CELLS; cell++) {
      code[dim] = low + (cell / (TRAVERSAL_CELLS - 1)) * (high - low);
      strip.set(cell, 0, this.network.decode(code), 255);
    }
    strip.show();
    setText(name, dimName(dim));
    strip.setLabel(`${dimName(dim)} from ${signed(low)} to ${signed(high)}`);
  }
}

const INTERPOLATION_CELLS = 9;

// Codes on the straight line from image A to image B, decoded.
class Interpolation {
  constructor() {
    this.strip = new Strip(INTERPOLATION_CELLS, 1, "Decoded images on the line from A to B");
    this.root = figure("Decoded on the straight line from A to B", this.strip.canvas);
  }

  draw(network, mu, dims, [a, b], shape) {
    const code = new Float32Array(dims);
    this.strip.resize(shape);
    for (let cell = 0; cell < INTERPOLATION_CELLS; cell++) {
      const t = cell / (INTERPOLATION_CELLS - 1);
      for (let dim = 0; dim < dims; dim++) code[dim] = (1 - t) * mu[a * dims + dim] + t * mu[b * dims + dim];
      this.strip.set(cell, 0, network.decode(code), 255);
    }
    this.strip.show();
  }
}
