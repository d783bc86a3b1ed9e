// An exported network (see vae_core/export.py): lists of operations on named arrays, run without any library.

function layersOf(envelope, operations) {
  return operations.map(({ op, weight, bias, act }) => {
    if (op !== "linear") throw new Error(`This page cannot run the operation "${op}".`);
    const [outputs, inputs] = envelope.shape(weight);
    return {
      inputs,
      relu: act === "relu",
      weight: envelope.array(weight),
      bias: envelope.array(bias),
      out: new Float32Array(outputs), // reused at every call
    };
  });
}

// out = weight · x + bias; four sums at once keep the processor's pipeline full.
function applyLayer({ inputs, relu, weight, bias, out }, x) {
  for (let row = 0, p = 0; row < out.length; row++, p += inputs) {
    let a = bias[row], b = 0, c = 0, d = 0, i = 0;
    for (; i + 3 < inputs; i += 4) {
      a += weight[p + i] * x[i];
      b += weight[p + i + 1] * x[i + 1];
      c += weight[p + i + 2] * x[i + 2];
      d += weight[p + i + 3] * x[i + 3];
    }
    for (; i < inputs; i++) a += weight[p + i] * x[i];
    const sum = a + b + c + d;
    out[row] = relu && sum < 0 ? 0 : sum;
  }
  return out;
}

const LOG_VARIANCE_LIMIT = 15; // as in vae_core/distributions.py
let networkCount = 0;

class LatentMapNetwork {
  constructor(envelope) {
    this.serial = networkCount++; // tells one network from another in cache keys
    this.meta = envelope.meta;
    this.step = envelope.meta.step;
    this.latentDim = envelope.meta.latent_dim;
    this.encoder = layersOf(envelope, envelope.meta.encoder);
    this.decoder = layersOf(envelope, envelope.meta.decoder);
  }

  static from(bytes) {
    return new LatentMapNetwork(unpack(bytes));
  }

  // Pixels in [0, 1] → {mu, sigma}; sigma is null for a model that encodes to a point.
  encode(pixels) {
    const out = this.encoder.reduce((x, layer) => applyLayer(layer, x), pixels);
    const mu = out.slice(0, this.latentDim);
    if (this.meta.posterior !== "gaussian") return { mu, sigma: null };
    const within = (value) => Math.min(LOG_VARIANCE_LIMIT, Math.max(-LOG_VARIANCE_LIMIT, value));
    return { mu, sigma: out.slice(this.latentDim, 2 * this.latentDim).map((logVariance) => Math.exp(within(logVariance) / 2)) };
  }

  // A code → pixels in [0, 1]. The answer is a reused buffer: copy it to keep it.
  decode(z) {
    const out = this.decoder.reduce((x, layer) => applyLayer(layer, x), z);
    const logits = this.meta.likelihood === "bernoulli";
    for (let i = 0; i < out.length; i++) out[i] = logits ? 1 / (1 + Math.exp(-out[i])) : Math.min(1, Math.max(0, out[i]));
    return out;
  }
}
