// What a weights blob may carry beside encoder and decoder (see vae_core/export.py); each is null where the model has none.
//   prior     {codes, count}: draws from a prior that is not N(0, I)
//   codebook  {codes, count, usage}: the codes that a model chooses from, and how often it uses each (null if not told)
//   spread    {values, side, box}: how unsure the decoder is at the places of a square grid over a latent plane

let extrasCount = 0;

class Extras {
  constructor(envelope, dims) {
    this.serial = extrasCount++; // tells one from another in cache keys
    this.prior = this.codes(envelope, "prior.samples", dims);
    this.codebook = this.words(envelope, dims);
    if (this.codebook) this.codebook.usage = this.usage(envelope);
    this.spread = dims === 2 ? this.field(envelope) : null;
  }

  codes(envelope, name, dims) {
    if (!envelope.has(name) || envelope.shape(name)[1] !== dims) return null;
    return { codes: envelope.array(name), count: envelope.shape(name)[0] };
  }

  // With several codes an image, a word is drawn where it lies in each of them: in the plane of any one code it has one place.
  words(envelope, dims) {
    const slots = envelope.meta.slots ?? 1;
    const one = this.codes(envelope, "codebook", dims / slots);
    if (!one) return null;
    const size = dims / slots;
    return { codes: Float32Array.from({ length: one.count * dims }, (_, i) => one.codes[Math.floor(i / dims) * size + (i % size)]), count: one.count };
  }

  usage(envelope) {
    if (!envelope.has("codebook.usage")) return null;
    const usage = Float32Array.from(envelope.array("codebook.usage"));
    return usage.length === this.codebook.count ? usage : null;
  }

  field(envelope) {
    if (!envelope.has("spread") || !envelope.has("spread.box")) return null;
    const [x0, x1, y0, y1] = envelope.array("spread.box");
    return { values: envelope.array("spread"), side: envelope.shape("spread")[0], box: { x0, x1, y0, y1 } };
  }
}
