// Points in space, such as cities: three numbers, drawn as a place on a small globe, seen from afar (orthographic). What lies on the far
// side is faint. Axes as in vae_core/cities.py: x towards 0°, 0°, y towards 0°, 90° E, z north.

const inSpace = ([rows, columns]) => rows === 1 && columns === 3; // the shape of a point, see vae_core/splits.py
const GLOBE_CELL = [64, 64]; // pixels of a globe in a strip, which like every image is grey
const GLOBE_FILL = 0.92; // radius, as a part of half the picture
const EARTH = 6371; // km
const VIEW = [20, 15].map((degrees) => (degrees * Math.PI) / 180); // latitude and longitude in the middle
const GRATICULE = 30; // degrees

// Height and width in pixels of the picture of one datum.
const cellOf = (shape) => (inSpace(shape) ? GLOBE_CELL : shape);

// What people call a test image: by its name if it has one, else by its class.
const nameOf = (probe, index) => probe.names?.[index] ?? `class ${probe.classes[probe.labels[index]]}`;

// A point → [right, up, towards us], in radii.
function turned([x, y, z]) {
  const [[sinLat, cosLat], [sinLon, cosLon]] = VIEW.map((angle) => [Math.sin(angle), Math.cos(angle)]);
  const out = x * cosLon + y * sinLon;
  return [y * cosLon - x * sinLon, z * cosLat - out * sinLat, out * cosLat + z * sinLat];
}

const onSphere = (latitude, longitude) => {
  const [lat, lon] = [latitude, longitude].map((degrees) => (degrees * Math.PI) / 180);
  return [Math.cos(lat) * Math.cos(lon), Math.cos(lat) * Math.sin(lon), Math.sin(lat)];
};

// Meridians and parallels, each as a row of points.
function graticule(step = GRATICULE, fine = 5) {
  const steps = (low, high, by) => Array.from({ length: Math.floor((high - low) / by) + 1 }, (_, i) => low + i * by);
  const meridians = steps(-180, 179, step).map((longitude) => steps(-90, 90, fine).map((latitude) => onSphere(latitude, longitude)));
  const parallels = steps(step - 90, 90 - step, step).map((latitude) => steps(-180, 180, fine).map((longitude) => onSphere(latitude, longitude)));
  return [...meridians, ...parallels];
}

// ---- small and grey, for strips and the decoded plane ----

let blank = null;

// A dim ball with its equator and one meridian, the same for every cell.
function blankGlobe() {
  if (blank) return blank;
  const [height, width] = GLOBE_CELL;
  blank = new Float32Array(height * width);
  for (let row = 0, at = 0; row < height; row++) {
    for (let column = 0; column < width; column++, at++) {
      const distance = Math.hypot(column + 0.5 - width / 2, row + 0.5 - height / 2) - (GLOBE_FILL * width) / 2;
      blank[at] = 70 * Math.min(1, Math.max(0, 0.5 - distance)) + 50 * Math.max(0, 1 - Math.abs(distance));
    }
  }
  for (const line of graticule(60)) for (const point of line) {
    const [across, up, near] = turned(point);
    if (near > 0) blank[placeIn(across, up)] = 105;
  }
  return blank;
}

function placeIn(across, up) {
  const [height, width] = GLOBE_CELL;
  const within = (value, size) => Math.min(size - 1, Math.max(0, Math.floor(value)));
  return within(height / 2 - (up * GLOBE_FILL * height) / 2, height) * width + within(width / 2 + (across * GLOBE_FILL * width) / 2, width);
}

// A globe with one place on it, 0…255: a bright disc on this side, a grey ring on the far side.
function globePixels(points, from = 0) {
  const pixels = blankGlobe().slice();
  const [height, width] = GLOBE_CELL;
  const [across, up, near] = turned([points[from], points[from + 1], points[from + 2]]);
  const [x, y] = [width / 2 + (across * GLOBE_FILL * width) / 2, height / 2 - (up * GLOBE_FILL * height) / 2];
  const size = width / 11;
  for (let row = 0, at = 0; row < height; row++) {
    for (let column = 0; column < width; column++, at++) {
      const distance = Math.hypot(column + 0.5 - x, row + 0.5 - y);
      const ink = near >= 0 ? size + 0.5 - distance : 1.6 - Math.abs(distance - size + 1);
      const part = Math.min(1, Math.max(0, ink));
      pixels[at] += part * ((near >= 0 ? 255 : 170) - pixels[at]);
    }
  }
  return pixels;
}

// ---- large and in colour, beside the map ----

// The test point that is nearest to a place as seen from the centre, and how far it is over the surface, km; null at the centre.
function nearestPlace(probe, point) {
  const radius = Math.hypot(...point);
  if (!(radius > 1e-6)) return null;
  let [best, most] = [0, -Infinity];
  for (let i = 0; i < probe.count; i++) {
    const cosine = (probe.images[3 * i] * point[0] + probe.images[3 * i + 1] * point[1] + probe.images[3 * i + 2] * point[2]) / radius;
    if (cosine > most) [best, most] = [i, cosine];
  }
  return { index: best, distance: EARTH * Math.acos(Math.min(1, most)), radius };
}

// In words: the nearest test point, and whether the place lies on the globe's surface at all.
function placeText(probe, point) {
  const place = nearestPlace(probe, point);
  if (!place) return "at the globe's centre";
  const off = Math.round(100 * Math.abs(place.radius - 1));
  const height = off < 3 ? "" : `, ${off} % ${place.radius < 1 ? "below" : "above"} the surface`;
  return `${whole.format(place.distance)} km from ${nameOf(probe, place.index)}${height}`;
}

const GLOBE_SIZE = 260; // pixels a side

class Globe {
  constructor() {
    this.canvas = el("canvas", { className: "strip globe", width: GLOBE_SIZE, height: GLOBE_SIZE, role: "img" });
    this.context = this.canvas.getContext("2d");
  }

  // All test points in their colours, and one place marked.
  draw(probe, colors, point, label) {
    const { context } = this;
    context.clearRect(0, 0, GLOBE_SIZE, GLOBE_SIZE);
    context.fillStyle = "#16202c";
    context.beginPath();
    context.arc(GLOBE_SIZE / 2, GLOBE_SIZE / 2, this.radius, 0, TURN);
    context.fill();
    for (const line of graticule()) this.line(line);
    for (const far of [true, false]) {
      for (let i = 0; i < probe.count; i++) this.dot(probe.images.subarray(3 * i, 3 * i + 3), far, colors[probe.labels[i] % colors.length]);
    }
    this.mark(point);
    this.canvas.setAttribute("aria-label", label);
  }

  get radius() {
    return (GLOBE_FILL * GLOBE_SIZE) / 2;
  }

  place(point) {
    const [across, up, near] = turned(point);
    return [GLOBE_SIZE / 2 + across * this.radius, GLOBE_SIZE / 2 - up * this.radius, near];
  }

  line(points) {
    const { context } = this;
    for (let i = 1; i < points.length; i++) {
      const [[x0, y0, near], [x1, y1]] = [this.place(points[i - 1]), this.place(points[i])];
      context.strokeStyle = near > 0 ? "rgba(255, 255, 255, 0.2)" : "rgba(255, 255, 255, 0.05)";
      context.beginPath();
      context.moveTo(x0, y0);
      context.lineTo(x1, y1);
      context.stroke();
    }
  }

  dot(point, far, color) {
    const { context } = this;
    const [x, y, near] = this.place(point);
    if (near < 0 !== far) return;
    context.globalAlpha = far ? 0.3 : 1;
    context.fillStyle = color;
    context.beginPath();
    context.arc(x, y, far ? 3 : 5, 0, TURN);
    context.fill();
    context.globalAlpha = 1;
  }

  // A disc on this side, a broken ring on the far side.
  mark(point) {
    const { context } = this;
    const [x, y, near] = this.place(point);
    const trace = (size) => { context.beginPath(); context.arc(x, y, size, 0, TURN); };
    context.lineWidth = 4;
    if (near < 0) context.setLineDash([5, 4]);
    context.strokeStyle = near < 0 ? "#c9d1da" : "#fff";
    trace(12);
    context.stroke();
    context.setLineDash([]);
    context.lineWidth = 1;
    if (near < 0) return;
    context.fillStyle = "#fff";
    trace(5);
    context.fill();
  }
}
