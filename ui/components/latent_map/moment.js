// A run at one instant of playback: one frame, or a mix of the two around it.

// out = a + part · (b − a)
function mixInto(out, a, b, part) {
  for (let i = 0; i < out.length; i++) out[i] = a[i] + part * (b[i] - a[i]);
  return out;
}

class Moment {
  constructor(recording) {
    Object.assign(this, { recording, frame: null, next: null, part: 0, serial: 0, mixed: {}, made: {} });
  }

  // Go to a step, which may lie between frames; says whether that is somewhere else.
  seek(step) {
    const { frame, next, part } = this.recording.around(step);
    if (!frame || (frame === this.frame && next === this.next && part === this.part)) return false;
    const from = this.recording.open(frame);
    const to = next ? this.recording.open(next) : null;
    Object.assign(this, { frame, next, part, from, to, count: from.count, dims: from.dims });
    this.serial += 1; // tells one moment from another
    for (const name of ["mu", "sigma", "kl"]) this[name] = this.mix(name, from[name], to?.[name]);
    return true;
  }

  get reconstructions() {
    return this.whenAsked("reconstructions");
  }

  get samples() {
    return this.whenAsked("samples");
  }

  // Images that nobody looks at are not mixed.
  whenAsked(name) {
    if (this.made[name]?.serial !== this.serial) this.made[name] = { serial: this.serial, images: this.mix(name, this.from[name], this.to?.[name]) };
    return this.made[name].images;
  }

  mix(name, a, b) {
    if (!a || !b || a.length !== b.length) return a;
    if (this.mixed[name]?.length !== a.length) this.mixed[name] = new Float32Array(a.length);
    return mixInto(this.mixed[name], a, b, this.part);
  }

  code(index) {
    return this.mu.subarray(index * this.dims, (index + 1) * this.dims);
  }

  // The test image whose code is nearest to z, over all dimensions; null before the first frame.
  nearest(z) {
    if (!this.frame) return null;
    const { mu, dims, count } = this;
    let [best, least] = [0, Infinity];
    for (let i = 0, at = 0; i < count; i++, at += dims) {
      let distance = 0;
      for (let dim = 0; dim < dims; dim++) distance += (mu[at + dim] - z[dim]) ** 2;
      if (distance < least) [best, least] = [i, distance];
    }
    return best;
  }
}
