// What came of runs that are over, kept while the browser is in the lab: another page that shows them need not fetch it again.

const KEPT_BYTES = 32e6;
const KEPT = new Map(); // a run's id and beginning → Kept, the last used at the end

class Kept {
  constructor() {
    this.clear();
  }

  // What is kept of a run. One that is begun anew is another; of one that is still to be made, nothing is.
  static of({ id, begun }) {
    if (begun === null) return new Kept();
    const key = `${id} ${begun}`;
    const kept = KEPT.get(key) ?? new Kept();
    KEPT.delete(key);
    KEPT.set(key, kept);
    return kept;
  }

  clear() {
    Object.assign(this, { frames: [], networks: new Map() });
  }

  get bytes() {
    return [...this.frames, ...this.networks.values()].reduce((sum, { length }) => sum + length, 0);
  }

  keepFrames(frames) {
    this.frames = frames.map(({ bytes }) => bytes);
    Kept.makeRoom();
  }

  keepNetwork(index, whole, bytes) {
    this.networks.set(`${index} ${whole}`, bytes);
    Kept.makeRoom();
  }

  // A network with its encoder serves also where only the decoder is wanted.
  network(index, whole) {
    return this.networks.get(`${index} true`) ?? (whole ? undefined : this.networks.get(`${index} false`));
  }

  // The runs that were not shown for longest go first; the last one stays, however large.
  static makeRoom() {
    let sum = [...KEPT.values()].reduce((total, { bytes }) => total + bytes, 0);
    for (const [key, kept] of KEPT) {
      if (sum <= KEPT_BYTES || KEPT.size === 1) return;
      sum -= kept.bytes;
      KEPT.delete(key);
    }
  }
}
