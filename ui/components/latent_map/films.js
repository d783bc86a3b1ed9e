// Filmstrips: rows of images decoded along a line in the latent space, a few at a time so that a drag stays smooth.

class Film {
  constructor(cells, label) {
    Object.assign(this, { cells, strip: new Strip(cells, 1, label), pending: 0, next: 0 });
  }

  get busy() {
    return this.pending > 0;
  }

  // Every cell is to be drawn again; `place` writes the code at a part (0…1) of the line.
  want(network, shape, place) {
    Object.assign(this, { network, place, pending: this.cells });
    this.strip.resize(shape);
    this.code ??= new Float32Array(network.latentDim);
  }

  // Decode until the time is used up; those that waited longest come first.
  advance(end) {
    while (this.busy && performance.now() < end) {
      this.place(this.next / (this.cells - 1), this.code);
      this.strip.set(this.next, 0, this.network.decode(this.code), 255);
      this.next = (this.next + 1) % this.cells;
      this.pending -= 1;
    }
    this.strip.show();
    return false;
  }
}

const TRAVERSAL_CELLS = 11;
const TRAVERSAL_ROWS = 10;

// One film a dimension: that number goes from low to high, the others stay at the present code.
class Traversals {
  constructor(dims, cells = TRAVERSAL_CELLS) {
    this.films = Array.from({ length: dims }, () => new Film(cells, ""));
    this.turn = 0;
  }

  get busy() {
    return this.films.some(({ busy }) => busy);
  }

  // `dims` says which dimension each film is of.
  want(network, z, dims, ranges, shape) {
    const still = Float32Array.from(z);
    this.films.forEach((film, row) => {
      const [low, high] = ranges[dims[row]];
      film.want(network, shape, (part, code) => {
        code.set(still);
        code[dims[row]] = low + part * (high - low);
      });
      film.strip.setLabel(`${dimName(dims[row])} from ${signed(low)} to ${signed(high)}`);
    });
  }

  // Films take turns, so that in a long drag none waits for ever.
  advance(end) {
    for (let tried = 0; tried < this.films.length && performance.now() < end; tried++) {
      const film = this.films[this.turn];
      if (film.busy) film.advance(end);
      if (film.busy) break;
      this.turn = (this.turn + 1) % this.films.length;
    }
    return false;
  }
}

// The films of a page without sliders: as many as fit.
class TraversalFigure {
  constructor(dims) {
    this.traversals = new Traversals(Math.min(dims, TRAVERSAL_ROWS));
    this.names = this.traversals.films.map(() => el("span", { className: "dim" }));
    const rows = this.traversals.films.map(({ strip }, row) => el("div", { className: "traversal" }, this.names[row], strip.canvas));
    const which = dims > TRAVERSAL_ROWS ? `The ${TRAVERSAL_ROWS} dimensions that vary most, each` : dims > 1 ? "Each dimension" : "The one dimension";
    this.root = figure(`${which} from low to high, the rest as in z`, ...rows);
  }

  want(network, z, dims, ranges, shape) {
    this.names.forEach((name, row) => setText(name, dimName(dims[row])));
    this.traversals.want(network, z, dims, ranges, shape);
  }
}

const INTERPOLATION_CELLS = 9;

// Codes on the straight line from image A to image B, decoded.
class Interpolation {
  constructor() {
    this.film = new Film(INTERPOLATION_CELLS, "Decoded images on the line from A to B");
    this.root = figure("Decoded on the straight line from A to B", this.film.strip.canvas);
  }

  want(network, a, b, shape) {
    const [from, to] = [Float32Array.from(a), Float32Array.from(b)];
    this.film.want(network, shape, (part, code) => mixInto(code, from, to, part));
  }
}
