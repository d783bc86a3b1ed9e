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

  arrange(columns, rows, shape) {
    if (columns !== this.columns || rows !== this.rows) Object.assign(this, { columns, rows, shape: null });
    this.resize(shape);
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
    this.strip = new Strip(10, 2, "Test images above their reconstructions");
    this.root = figure("Test images, and their reconstructions below", this.strip.canvas);
  }

  draw(probe, arrays) {
    const size = probe.shape[0] * probe.shape[1];
    const count = Math.min(10, probe.shown);
    this.strip.arrange(Math.max(count, 1), 2, probe.shape);
    if (probe.bare) setText(this.root.firstChild, "Reconstructions; the test images themselves are not on this machine");
    for (let i = 0; i < count; i++) {
      this.strip.set(i, 0, probe.images, 1, i * size);
      this.strip.set(i, 1, arrays.reconstructions, 1, i * size);
    }
    this.strip.show();
  }
}

// Decoded draws from N(0, I), the same draws in every frame.
class Samples {
  constructor() {
    this.strip = new Strip(10, 2, "Images decoded from fixed draws of the prior");
    this.root = figure("Decoded draws from the prior, always the same draws", this.strip.canvas);
  }

  draw(probe, arrays) {
    const size = probe.shape[0] * probe.shape[1];
    const count = Math.min(20, Math.floor(arrays.samples.length / size));
    this.strip.arrange(Math.max(1, Math.min(10, count)), Math.max(1, Math.ceil(count / 10)), probe.shape);
    this.strip.setLabel(`${count} images decoded from fixed draws of the prior`);
    for (let i = 0; i < count; i++) this.strip.set(i % 10, Math.floor(i / 10), arrays.samples, 1, i * size);
    this.strip.show();
  }
}
