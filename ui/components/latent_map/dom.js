// Small helpers for elements and numbers. Text is always set as text, never as HTML.

function el(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in node && name !== "role") node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

// Writing only what changed keeps layout and screen readers quiet.
function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

// Keys with these held belong to the browser or the system.
const foreign = ({ ctrlKey, metaKey, altKey }) => ctrlKey || metaKey || altKey;

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

// As set in print: with a minus sign rather than a hyphen, and none before zero.
function signed(value, digits = 2) {
  const text = value.toFixed(digits);
  return text.replace("-", /[1-9]/.test(text) ? "−" : "");
}

const subscript = (number) => [...String(number)].map((digit) => "₀₁₂₃₄₅₆₇₈₉"[digit]).join("");
const dimName = (dim) => `z${subscript(dim + 1)}`;

function codeText(z) {
  const shown = [...z.slice(0, 3)].map((value) => signed(value, Math.abs(value) < 100 ? 2 : 0)).join(", ");
  return `z = (${shown}${z.length > 3 ? ", …" : ""})`;
}

function duration(seconds) {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

// About `count` round numbers between two ends.
function ticks(low, high, count) {
  const raw = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= raw) ?? 10);
  const found = [];
  for (let k = Math.ceil(low / step); k * step <= high && found.length < 20; k++) found.push(k * step);
  return found;
}

// At least two of them, where that takes finer steps.
function ticksWithin(low, high, count) {
  const found = ticks(low, high, count);
  return found.length < 2 ? ticks(low, high, 2 * count) : found;
}

const TICK_SIZE = 12; // px

const tickText = (value) => (Math.abs(value) >= 1000 ? `${signed(value / 1000, value % 1000 ? 1 : 0)}k` : `${Number(value.toPrecision(4))}`.replace("-", "−"));

// Match a canvas to its size on the page and the screen's pixels; returns its context in CSS pixels.
function prepare(canvas) {
  const ratio = globalThis.devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return { context, width, height };
}
