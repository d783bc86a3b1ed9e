// From a drawing to what an encoder was trained on. A drawing is grey ink in [0, 1] on a square of side × side pixels, row by row.

const FAINT = 1 / 16; // less is no ink
const SMALL = 16; // up to here, images are made as the 8×8 digits were

// How the images of a data set were made, as far as they show it: how long the longer side of what is drawn is.
function fitOf({ images, shape: [height, width], count }) {
  const long = [];
  for (let i = 0; i < Math.min(count, 200); i++) {
    const image = images.subarray(i * height * width, (i + 1) * height * width);
    const found = inkBox(image, width, height, 255 * FAINT);
    if (found) long.push(Math.max(found.right - found.left, found.bottom - found.top));
  }
  return { height, width, long: long.sort((a, b) => a - b)[long.length >> 1] ?? Math.min(height, width) };
}

// Pixels in [0, 1] for an encoder; null where nothing is drawn.
function normaliseInk(ink, side, { height, width, long }) {
  return Math.max(height, width) <= SMALL ? likeSmallDigits(ink, side, height, width) : likeMnist(ink, side, height, width, long);
}

// The smallest box around everything above a level.
function inkBox(ink, width, height, least) {
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      if (ink[at] <= least) continue;
      left = Math.min(left, x);
      right = Math.max(right, x + 1);
      top = Math.min(top, y);
      bottom = y + 1;
    }
  }
  return right ? { left, top, right, bottom } : null;
}

// Where the cells of a coarse line lie on a fine one: [first, last, weight of each].
function shares(from, to, cells) {
  const step = (to - from) / cells;
  return Array.from({ length: cells }, (_, cell) => {
    const [low, high] = [from + cell * step, from + (cell + 1) * step];
    const first = Math.floor(low);
    const last = Math.max(first, Math.ceil(high - 1e-9) - 1);
    const weights = Array.from({ length: last - first + 1 }, (_, i) => (Math.min(high, first + i + 1) - Math.max(low, first + i)) / step);
    return { first, weights };
  });
}

// The part of a drawing inside a box, shrunk to rows × columns by averages over areas.
function shrink(ink, side, { left, top, right, bottom }, rows, columns) {
  const [down, across] = [shares(top, bottom, rows), shares(left, right, columns)];
  const out = new Float32Array(rows * columns);
  const line = new Float32Array(side);
  down.forEach(({ first, weights }, row) => {
    line.fill(0);
    weights.forEach((weight, i) => {
      for (let x = left; x < right; x++) line[x] += weight * ink[(first + i) * side + x];
    });
    across.forEach(({ first: start, weights: parts }, column) => {
      parts.forEach((part, i) => { out[row * columns + column] += part * line[start + i]; });
    });
  });
  return out;
}

// MNIST (LeCun et al., 1998): the longer side becomes 20 pixels, grey by averages, and the centre of mass goes to the middle of 28 × 28.
function likeMnist(ink, side, height, width, long) {
  const box = inkBox(ink, side, side, FAINT);
  if (!box) return null;
  const scale = long / Math.max(box.right - box.left, box.bottom - box.top);
  const cells = (length) => Math.max(1, Math.round(length * scale));
  const [rows, columns] = [cells(box.bottom - box.top), cells(box.right - box.left)];
  const small = shrink(ink, side, box, rows, columns);
  let [mass, x, y] = [0, 0, 0];
  small.forEach((value, at) => {
    mass += value;
    x += value * (at % columns);
    y += value * Math.floor(at / columns);
  });
  return place(small, rows, columns, height, width, Math.round(height / 2 - y / mass), Math.round(width / 2 - x / mass));
}

// A small image in an empty large one.
function place(small, rows, columns, height, width, top, left) {
  const out = new Float32Array(height * width);
  for (let row = Math.max(0, -top); row < Math.min(rows, height - top); row++) {
    for (let column = Math.max(0, -left); column < Math.min(columns, width - left); column++) {
      out[(top + row) * width + left + column] = small[row * columns + column];
    }
  }
  return out;
}

// The 8×8 digits (Alpaydin & Kaynak, 1998) come from bitmaps that NIST's form reader (Garris et al., 1994) made four times as fine:
// upright, full height, two thirds as wide at most, thickened where thin; then the number of set pixels in each 4 × 4 block.
const BLOCK = 4;
const WIDEST = 0.6875; // of the bitmap's side
const LEAST_INK = 0.25; // of the bitmap

function likeSmallDigits(ink, side, height, width) {
  const bits = upright(ink.map((value) => Number(value >= 0.5)), side);
  const box = inkBox(bits, side, side, 0.5);
  if (!box) return null;
  const [rows, across] = [BLOCK * height, BLOCK * width];
  const columns = Math.min(Math.round(WIDEST * across), Math.max(1, Math.round((rows * (box.right - box.left)) / (box.bottom - box.top))));
  const small = shrink(bits, side, box, rows, columns).map((value) => Number(value >= 0.5));
  let bitmap = place(small, rows, columns, rows, across, 0, Math.round((across - columns) / 2));
  const enough = () => bitmap.reduce((sum, value) => sum + value, 0) >= LEAST_INK * bitmap.length;
  for (let layer = 0; layer < BLOCK && !enough(); layer++) bitmap = thicken(bitmap, across);
  const out = new Float32Array(height * width);
  bitmap.forEach((value, at) => {
    out[Math.floor(at / across / BLOCK) * width + Math.floor((at % across) / BLOCK)] += value / BLOCK ** 2;
  });
  return out;
}

// Shift the rows so that the ink begins at the same column in the topmost and in the lowest part.
function upright(bits, side) {
  const box = inkBox(bits, side, side, 0.5);
  if (!box) return bits;
  const tall = box.bottom - box.top;
  const part = Math.max(1, Math.round(0.06 * tall));
  const begin = (top) => inkBox(bits.subarray(top * side, (top + part) * side), side, part, 0.5)?.left ?? box.left;
  const slant = (begin(box.bottom - part) - begin(box.top)) / tall;
  const out = new Float32Array(side * side);
  const middle = (box.left + box.right) / 2;
  const centre = Math.round(side / 2 - middle); // so that a far shift stays inside
  for (let y = box.top; y < box.bottom; y++) {
    const shift = centre - Math.round(slant * (y - (box.top + box.bottom) / 2));
    for (let x = box.left; x < box.right; x++) {
      const to = x + shift;
      if (bits[y * side + x] && to >= 0 && to < side) out[y * side + to] = 1;
    }
  }
  return out;
}

function thicken(bits, width) {
  return bits.map((value, at) => {
    const column = at % width;
    return Math.max(value, bits[at - width] ?? 0, bits[at + width] ?? 0, column > 0 ? bits[at - 1] : 0, column < width - 1 ? bits[at + 1] : 0);
  });
}

// What stands out of a picture: how far each pixel is from the ground, which is what its rim mostly shows. Light or dark, ink becomes white.
const GRAIN = 0.12;

function inkOfPicture(grey, width, height) {
  const rim = grey.filter((_, at) => at < width || at >= width * (height - 1) || at % width === 0 || at % width === width - 1).sort();
  const ground = rim[rim.length >> 1];
  const apart = grey.map((value) => Math.max(0, Math.abs(value - ground) - GRAIN));
  const most = apart.reduce((a, b) => Math.max(a, b), 0);
  return most > 0 ? apart.map((value) => value / most) : apart;
}
