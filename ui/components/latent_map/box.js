// Squares of the latent plane: {x0, x1, y0, y1}.

function squareBox([x0, x1], [y0, y1]) {
  const half = 0.54 * Math.max(x1 - x0, y1 - y0);
  const [x, y] = [(x0 + x1) / 2, (y0 + y1) / 2];
  return { x0: x - half, x1: x + half, y0: y - half, y1: y + half };
}

function unionBox(boxes) {
  const low = (end) => Math.min(...boxes.map((box) => box[end]));
  const high = (end) => Math.max(...boxes.map((box) => box[end]));
  const half = Math.max(high("x1") - low("x0"), high("y1") - low("y0")) / 2;
  const [x, y] = [(low("x0") + high("x1")) / 2, (low("y0") + high("y1")) / 2];
  return { x0: x - half, x1: x + half, y0: y - half, y1: y + half };
}

// Where 99 % of the values of one coordinate lie.
function middleRange(values) {
  const sorted = Float32Array.from(values).sort();
  return [sorted[Math.floor(0.005 * (sorted.length - 1))], sorted[Math.ceil(0.995 * (sorted.length - 1))]];
}

function sliderRange([low, high]) {
  const margin = 0.1 * (high - low);
  return [Math.min(-3, low - margin), Math.max(3, high + margin)];
}
