// The hand on a map: mouse, pen, finger and keys become moves of the code.

const REACH = { mouse: 10, pen: 12, touch: 20 };
const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [1, 1], ArrowDown: [1, -1] };

class Pointer {
  // column: the Column whose canvas this is
  constructor(canvas, column) {
    Object.assign(this, { canvas, column, drag: null });
    canvas.onpointerdown = (event) => this.press(event);
    canvas.onpointermove = (event) => this.move(event);
    canvas.onpointerup = (event) => this.drop(event, this.drag?.far ? null : this.under(event));
    canvas.onpointercancel = (event) => this.drop(event, null); // the page is zoomed with two fingers
    canvas.onpointerleave = () => column.hover(null);
    canvas.onkeydown = (event) => this.onKey(event);
    canvas.onkeyup = (event) => { if (!foreign(event) && (event.key in MOVES || event.key === "Home")) column.host.released(column); };
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

  // Other fingers wait for the first; one whose canvas was moved on the page has lost its hold.
  press(event) {
    const held = this.drag && this.canvas.hasPointerCapture(this.drag.id);
    if (event.button || held || !this.column.map.view) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.drag = { id: event.pointerId, from: this.place(event), far: false };
    this.column.moveTo(...this.drag.from);
  }

  move(event) {
    if (!this.drag) return this.column.hover(this.under(event));
    if (event.pointerId !== this.drag.id) return;
    const [[x, y], [fromX, fromY]] = [this.place(event), this.drag.from];
    this.drag.far ||= Math.hypot(x - fromX, y - fromY) > 4;
    if (this.drag.far) this.column.moveTo(x, y);
  }

  // The hand lets go of the code, or of the image that it clicked.
  drop({ pointerId }, index) {
    if (this.drag?.id !== pointerId) return;
    this.drag = null;
    const { column } = this;
    column.host.ask(); // slow layers waited for this
    if (index === null) column.host.released(column);
    else column.host.pick(column, index);
  }

  onKey(event) {
    if (foreign(event)) return;
    const move = MOVES[event.key];
    if (event.key === " ") this.column.host.togglePlay();
    else if (event.key === "Home") this.column.goHome();
    else if (event.key === "Enter" && !event.repeat) this.column.pickNearest();
    else if (move) this.column.nudge(...move, event.shiftKey);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
