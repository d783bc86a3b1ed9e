// The hand on a map: mouse, pen, finger and keys become moves of the code.

const REACH = { mouse: 10, pen: 12, touch: 20 };
const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [1, 1], ArrowDown: [1, -1] };

class Pointer {
  // column: the Column whose canvas this is
  constructor(canvas, column) {
    Object.assign(this, { canvas, column, drag: null });
    canvas.onpointerdown = (event) => this.press(event);
    canvas.onpointermove = (event) => (this.drag ? this.move(this.place(event)) : column.hover(this.under(event)));
    canvas.onpointerup = (event) => this.drop(event);
    canvas.onpointercancel = () => { this.drag = null; };
    canvas.onpointerleave = () => column.hover(null);
    canvas.onkeydown = (event) => this.onKey(event);
    canvas.onkeyup = ({ key }) => { if (key in MOVES || key === "Home") column.host.released(column); };
  }

  get dragging() {
    return this.drag !== null;
  }

  place({ clientX, clientY }) {
    const { left, top } = this.canvas.getBoundingClientRect();
    return [clientX - left - this.canvas.clientLeft, clientY - top - this.canvas.clientTop];
  }

  // The test image under the pointer, or null.
  under(event) {
    const { map, points, host } = this.column;
    return host.show.points ? map.nearest(points, ...this.place(event), REACH[event.pointerType] ?? REACH.mouse) : null;
  }

  press(event) {
    if (event.button || !this.column.map.view) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.drag = { from: this.place(event), far: false };
    this.column.moveTo(...this.drag.from);
  }

  move([x, y]) {
    const [fromX, fromY] = this.drag.from;
    this.drag.far ||= Math.hypot(x - fromX, y - fromY) > 4;
    if (this.drag.far) this.column.moveTo(x, y);
  }

  drop(event) {
    if (!this.drag) return;
    const { far } = this.drag;
    this.drag = null;
    const index = far ? null : this.under(event);
    if (index === null) this.column.host.released(this.column);
    else this.column.host.pick(this.column, index);
  }

  onKey(event) {
    const move = MOVES[event.key];
    if (event.key === " ") this.column.host.togglePlay();
    else if (event.key === "Home") this.column.goHome();
    else if (move) this.column.nudge(...move, event.shiftKey);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
