// The runs that a button of the page starts: asked for from the press on, and shown as soon as one has a frame. The page itself tells of
// them a quarter of a second later.

const UNMADE = 10_000; // ms after which runs that have no frame are left to the page

class Headstart {
  // ready: makes columns for those of some runs that are not on the board
  constructor(ready) {
    Object.assign(this, { ready, told: null, awaited: 0, runs: [], columns: [] });
    this.heard = ({ target }) => {
      if (this.told && target.closest(`.st-key-${this.told.button} button`)) setTimeout(() => this.begin()); // the page's own message goes first
    };
    document.addEventListener("click", this.heard, true);
  }

  // What the page says of its button: what a press would start, and how many it has answered. Nothing where it has none.
  tell(starter) {
    this.told = starter ?? null;
  }

  // Whether the button was pressed and the page has not answered.
  get pending() {
    return this.told !== null && this.awaited > this.told.answered;
  }

  // Whether there is something to show that the page has not told of.
  get due() {
    return this.pending && this.columns.some(({ recording }) => recording.frames.length > 0);
  }

  begin() {
    if (this.pending || !this.told?.runs.length) return;
    this.awaited = this.told.answered + 1;
    this.runs = this.told.runs;
    this.columns = this.ready(this.runs);
    this.columns.forEach(({ feed }) => feed.start());
    this.patience = setTimeout(() => this.due || this.settle([]), UNMADE);
  }

  // The board shows these columns. Others that were got ready are not needed.
  settle(shown) {
    clearTimeout(this.patience);
    this.columns.filter((column) => !shown.includes(column)).forEach(({ feed }) => feed.stop());
    Object.assign(this, { awaited: 0, columns: [] });
  }

  stop() {
    this.settle([]);
    document.removeEventListener("click", this.heard, true);
  }
}
