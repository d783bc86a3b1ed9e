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

// The 8×8 digits (Alpaydin & Kaynak, 1998) come from bitmaps of 32 × 32 that NIST's form reader (Garris et al., 1994) made: every
// character stretched to 20 × 32, thinned or thickened where it had too much or too little ink, then sheared until its left edge stood
// upright. Each pixel is the number of set ones in a block of 4 × 4.
const BLOCK = 4;
const STRETCHED = 0.625; // of the bitmap's width
const INK_LIMITS = { thinTwice: 560 / 1024, thinOnce: 412 / 1024, thickenOnce: 256 / 1024, thickenTwice: 108 / 1024 }; // of the bitmap
const SKIPPED = 2; // rows at top and bottom, which may be noise

function likeSmallDigits(ink, side, height, width) {
  const bits = ink.map((value) => Number(value >= 0.5));
  const box = inkBox(bits, side, side, 0.5);
  if (!box) return null;
  const [rows, across] = [BLOCK * height, BLOCK * width];
  const columns = Math.round(STRETCHED * across);
  const small = shrink(bits, side, box, rows, columns).map((value) => Number(value >= 0.5));
  const bitmap = upright(evenOut(place(small, rows, columns, rows, across, 0, (across - columns) >> 1), across), across);
  const out = new Float32Array(height * width);
  bitmap.forEach((value, at) => {
    out[Math.floor(at / across / BLOCK) * width + Math.floor((at % across) / BLOCK)] += value / BLOCK ** 2;
  });
  return out;
}

// Strokes about as thick as everybody's.
function evenOut(bitmap, width) {
  const share = bitmap.reduce((sum, value) => sum + value, 0) / bitmap.length;
  const { thinTwice, thinOnce, thickenOnce, thickenTwice } = INK_LIMITS;
  const times = share > thinTwice || share < thickenTwice ? 2 : Number(share > thinOnce || share < thickenOnce);
  const change = share > thinOnce ? Math.min : Math.max;
  for (let layer = 0; layer < times; layer++) bitmap = withNeighbours(bitmap, width, change);
  return bitmap;
}

// Each pixel the least or the greatest of itself and the four beside it; outside there is no ink.
function withNeighbours(bits, width, change) {
  return bits.map((value, at) => {
    const column = at % width;
    const [west, east] = [column > 0 ? bits[at - 1] : 0, column < width - 1 ? bits[at + 1] : 0];
    return change(value, bits[at - width] ?? 0, bits[at + width] ?? 0, west, east);
  });
}

// Shift the rows so that the ink begins at the same column near the top and near the bottom.
function upright(bits, width) {
  const height = bits.length / width;
  const row = (y) => bits.subarray(y * width, (y + 1) * width);
  const box = inkBox(bits, width, height, 0.5);
  const [top, bottom] = box ? [box.top + SKIPPED, box.bottom - 1 - SKIPPED] : [0, 0];
  const [above, below] = [row(top).indexOf(1), row(Math.max(0, bottom)).indexOf(1)];
  if (bottom <= top || above < 0 || below < 0) return bits;
  const slant = (above - below) / (bottom - top);
  const out = new Float32Array(bits.length);
  for (let y = 0; y < height; y++) {
    const shift = Math.round((y - (height >> 1)) * slant);
    row(y).forEach((value, x) => { if (value && x + shift >= 0 && x + shift < width) out[y * width + x + shift] = 1; });
  }
  return out;
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
