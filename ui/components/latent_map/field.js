// A scalar field over the latent plane as soft shading: from nothing at its least value to full colour at its greatest.

const FIELD_ALPHA = 190;

class Field {
  constructor() {
    Object.assign(this, { canvas: document.createElement("canvas"), painted: null });
  }

  // spread: {values, side, box}; the first row of values lies at the box's lower edge.
  draw(context, view, spread, color) {
    if (this.painted !== spread) this.paint(spread, color);
    const { x0, x1, y0, y1 } = spread.box;
    context.imageSmoothingEnabled = true;
    context.imageSmoothingQuality = "high";
    context.drawImage(this.canvas, view.x(x0), view.y(y1), view.x(x1) - view.x(x0), view.y(y0) - view.y(y1));
  }

  paint(spread, color) {
    const { values, side } = spread;
    this.painted = spread;
    Object.assign(this.canvas, { width: side, height: side });
    const image = new ImageData(side, side);
    const rgb = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
    const [low, high] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
    values.forEach((value, i) => {
      const row = side - 1 - Math.floor(i / side);
      image.data.set([...rgb, (FIELD_ALPHA * (value - low)) / (high - low || 1)], 4 * (row * side + (i % side)));
    });
    this.canvas.getContext("2d").putImageData(image, 0, 0);
  }
}
