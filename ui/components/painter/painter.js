// An image as a grid of cells. Painting begins with the opposite of the first cell: on a missing one, it brings pixels back.
// What is missing is sent when the hand rests: at the end of a stroke, or half a second after the last key.

const PAINTERS = new WeakMap();
const REST = 500; // ms
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

class Painter {
  constructor(root) {
    this.root = root;
    this.grid = document.createElement("div");
    this.grid.className = "grid";
    this.grid.setAttribute("role", "grid");
    this.grid.setAttribute("aria-multiselectable", "true");
    this.clear = document.createElement("button");
    this.clear.type = "button";
    this.clear.onclick = () => { this.cells.forEach((_, at) => this.paint(at, false)); this.send(); };
    root.replaceChildren(this.grid, this.clear);
    this.cells = [];
    this.bind();
  }

  update({ data: [pixels, [rows, columns], gone, label, clear], setStateValue }) {
    this.setStateValue = setStateValue;
    if (rows !== this.rows || columns !== this.columns) this.build(rows, columns);
    this.grid.setAttribute("aria-label", label);
    this.clear.textContent = clear;
    this.pixels = pixels;
    pixels.forEach((value, at) => { this.cells[at].style.background = `rgb(${value},${value},${value})`; });
    if (!this.touched) this.cells.forEach((_, at) => this.set(at, gone[at] === "1")); // later the hand knows better than the answer that is on its way
    this.cells.forEach((_, at) => this.name(at));
  }

  build(rows, columns) {
    Object.assign(this, { rows, columns });
    this.grid.style.gridTemplate = `repeat(${rows}, 1fr) / repeat(${columns}, 1fr)`;
    this.cells = Array.from({ length: rows * columns }, (_, at) => {
      const cell = document.createElement("div");
      cell.className = "cell";
      cell.tabIndex = at ? -1 : 0;
      cell.setAttribute("role", "gridcell");
      cell.setAttribute("aria-selected", "false");
      return cell;
    });
    this.grid.replaceChildren(...Array.from({ length: rows }, (_, row) => {
      const line = document.createElement("div");
      line.className = "row";
      line.setAttribute("role", "row");
      line.append(...this.cells.slice(row * columns, (row + 1) * columns));
      return line;
    }));
  }

  has(at) {
    return this.cells[at].getAttribute("aria-selected") === "true";
  }

  paint(at, gone) {
    this.touched = true;
    this.set(at, gone);
  }

  set(at, gone) {
    this.cells[at].setAttribute("aria-selected", String(gone));
    this.clear.disabled = !this.cells.some((_, one) => this.has(one));
  }

  name(at) {
    const bright = Math.round(this.pixels[at] / 2.55);
    this.cells[at].setAttribute("aria-label", `row ${Math.floor(at / this.columns) + 1}, column ${(at % this.columns) + 1}, brightness ${bright} %`);
  }

  // ---- hand ----

  bind() {
    const { grid } = this;
    grid.onpointerdown = (event) => {
      if (event.button || this.pointer !== undefined) return;
      event.preventDefault();
      this.pointer = event.pointerId;
      grid.setPointerCapture(event.pointerId);
      this.last = this.place(event);
      this.painting = !this.has(this.at(this.last));
      this.stroke(this.last);
    };
    grid.onpointermove = (event) => { if (event.pointerId === this.pointer) this.stroke(this.place(event)); };
    grid.onpointerup = grid.onpointercancel = (event) => {
      if (event.pointerId !== this.pointer) return;
      this.pointer = this.painting = undefined;
      this.send();
    };
    grid.onkeydown = (event) => this.onKey(event);
  }

  place({ clientX, clientY }) {
    const { left, top, width, height } = this.grid.getBoundingClientRect();
    const within = (share, count) => Math.min(count - 1, Math.max(0, Math.floor(share * count)));
    return [within((clientY - top) / height, this.rows), within((clientX - left) / width, this.columns)];
  }

  at([row, column]) {
    return row * this.columns + column;
  }

  // All cells between the last place and this one, for a fast hand leaves cells out.
  stroke(place) {
    const [row, column] = this.last;
    const [down, across] = [place[0] - row, place[1] - column];
    const steps = Math.max(Math.abs(down), Math.abs(across), 1);
    for (let step = 0; step <= steps; step++) this.paint(this.at([row + Math.round((down * step) / steps), column + Math.round((across * step) / steps)]), this.painting);
    this.last = place;
  }

  // ---- keyboard ----

  onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return; // the browser's own
    const at = this.cells.indexOf(event.target);
    const step = STEPS[event.key];
    if (at < 0 || (!step && event.key !== " " && event.key !== "Enter")) return;
    event.preventDefault();
    if (!step) {
      this.paint(at, !this.has(at));
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.send(), REST);
      return;
    }
    const row = Math.floor(at / this.columns) + step[0], column = (at % this.columns) + step[1];
    if (row < 0 || row >= this.rows || column < 0 || column >= this.columns) return;
    this.cells[at].tabIndex = -1;
    this.cells[this.at([row, column])].tabIndex = 0;
    this.cells[this.at([row, column])].focus();
  }

  send() {
    clearTimeout(this.timer);
    this.setStateValue("gone", this.cells.map((_, at) => (this.has(at) ? "1" : "0")).join(""));
  }
}

export default function (component) {
  const root = component.parentElement.querySelector(".painter");
  if (!PAINTERS.has(root)) PAINTERS.set(root, new Painter(root));
  PAINTERS.get(root).update(component);
}
