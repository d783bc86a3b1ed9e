// An exported network (see vae_core/export.py): lists of operations on named arrays, run without any library.

// A network with an operation that this page does not have; `classes` as in a network that it can run.
class UnknownOperation extends Error {
  constructor(operation, classes) {
    super(`This page cannot run the operation "${operation}".`);
    this.classes = classes;
  }
}

const RUNNERS = { linear: linearLayer, conv: convLayer, conv_transpose: transposedLayer, transpose: transposition, quantize: quantization };

function checkKnown({ encoder, decoder, classes }) {
  const strange = [...encoder, ...decoder].find(({ op }) => !Object.hasOwn(RUNNERS, op));
  if (strange) throw new UnknownOperation(strange.op, classes ?? 0);
}

// told: {label}, which layers that are told a label look up at each call.
function layersOf(envelope, operations, told) {
  return operations.map((operation) => {
    const array = (name) => operation[name] && envelope.array(operation[name]);
    const shape = operation.op === "transpose" ? null : envelope.shape(operation.weight ?? operation.codebook);
    const run = RUNNERS[operation.op](operation, array("weight") ?? array("codebook"), array("bias"), shape);
    const shifted = operation.label ? labelShift(run, array("label"), envelope.shape(operation.label)[1], told) : run;
    return operation.act === "relu" ? (x) => rectify(shifted(x)) : shifted;
  });
}

// A layer's bias as the label has it: one number for each output, or for each channel of `width` channels.
function labelShift(run, columns, width, told) {
  return (x) => {
    const out = run(x);
    const places = out.length / width;
    for (let i = 0; i < out.length; i++) out[i] += columns[told.label * width + Math.floor(i / places)];
    return out;
  };
}

function rectify(out) {
  for (let i = 0; i < out.length; i++) if (out[i] < 0) out[i] = 0;
  return out;
}

// Each layer is made once and answers with a buffer that it reuses at every call.

// out = weight · x + bias; four sums at once keep the processor's pipeline full.
function linearLayer(operation, weight, bias, [outputs, inputs]) {
  const out = new Float32Array(outputs);
  return (x) => {
    for (let row = 0, p = 0; row < outputs; row++, p += inputs) {
      let a = bias[row], b = 0, c = 0, d = 0, i = 0;
      for (; i + 3 < inputs; i += 4) {
        a += weight[p + i] * x[i];
        b += weight[p + i + 1] * x[i + 1];
        c += weight[p + i + 2] * x[i + 2];
        d += weight[p + i + 3] * x[i + 3];
      }
      for (; i < inputs; i++) a += weight[p + i] * x[i];
      out[row] = a + b + c + d;
    }
    return out;
  };
}

// Which of `count` places of a small side reach a place of the large one: large = stride · small + shift.
function reach(count, large, stride, shift) {
  return [Math.max(0, Math.ceil(-shift / stride)), Math.min(count - 1, Math.floor((large - 1 - shift) / stride))];
}

// PyTorch's Conv2d, on (channel, row, column) in one flat array.
function convLayer({ stride, padding, in: [channels, height, width], out: [filters, rows, columns] }, weight, bias, [, , size]) {
  const out = new Float32Array(filters * rows * columns);
  const across = Array.from({ length: size }, (_, kx) => reach(columns, width, stride, kx - padding));
  const down = Array.from({ length: size }, (_, ky) => reach(rows, height, stride, ky - padding));
  return (x) => {
    for (let filter = 0, w = 0; filter < filters; filter++) {
      const plane = filter * rows * columns;
      out.fill(bias[filter], plane, plane + rows * columns);
      for (let channel = 0; channel < channels; channel++) {
        for (let ky = 0; ky < size; ky++) {
          for (let kx = 0; kx < size; kx++, w++) {
            const [value, [left, right], [top, bottom]] = [weight[w], across[kx], down[ky]];
            for (let row = top; row <= bottom; row++) {
              const from = (channel * height + row * stride + ky - padding) * width + kx - padding;
              const to = plane + row * columns;
              for (let column = left; column <= right; column++) out[to + column] += value * x[from + column * stride];
            }
          }
        }
      }
    }
    return out;
  };
}

// PyTorch's ConvTranspose2d: the same walk, with what was read now written.
function transposedLayer({ stride, padding, in: [channels, height, width], out: [filters, rows, columns] }, weight, bias, [, , size]) {
  const out = new Float32Array(filters * rows * columns);
  const across = Array.from({ length: size }, (_, kx) => reach(width, columns, stride, kx - padding));
  const down = Array.from({ length: size }, (_, ky) => reach(height, rows, stride, ky - padding));
  return (x) => {
    for (let filter = 0; filter < filters; filter++) out.fill(bias[filter], filter * rows * columns, (filter + 1) * rows * columns);
    for (let channel = 0, w = 0; channel < channels; channel++) {
      for (let filter = 0; filter < filters; filter++) {
        for (let ky = 0; ky < size; ky++) {
          for (let kx = 0; kx < size; kx++, w++) {
            const [value, [left, right], [top, bottom]] = [weight[w], across[kx], down[ky]];
            for (let row = top; row <= bottom; row++) {
              const from = (channel * height + row) * width;
              const to = (filter * rows + row * stride + ky - padding) * columns + kx - padding;
              for (let column = left; column <= right; column++) out[to + column * stride] += value * x[from + column];
            }
          }
        }
      }
    }
    return out;
  };
}

// A matrix, row by row, turned into its transpose.
function transposition({ rows, columns }) {
  const out = new Float32Array(rows * columns);
  return (x) => {
    for (let row = 0, i = 0; row < rows; row++) for (let column = 0; column < columns; column++) out[column * rows + row] = x[i++];
    return out;
  };
}

// Each run of `size` numbers becomes the nearest of `count` rows of the codebook.
function quantization(operation, words, bias, [count, size]) {
  return (x) => {
    const out = new Float32Array(x.length);
    for (let from = 0; from < x.length; from += size) {
      let [best, least] = [0, Infinity];
      for (let word = 0; word < count; word++) {
        let distance = 0;
        for (let i = 0; i < size; i++) distance += (x[from + i] - words[word * size + i]) ** 2;
        if (distance < least) [best, least] = [word, distance];
      }
      out.set(words.subarray(best * size, (best + 1) * size), from);
    }
    return out;
  };
}

const LOG_VARIANCE_LIMIT = 15; // as in vae_core/distributions.py
let networkCount = 0;

class LatentMapNetwork {
  constructor(envelope) {
    this.serial = networkCount++; // tells one network from another in cache keys
    this.meta = envelope.meta;
    this.step = envelope.meta.step;
    this.latentDim = envelope.meta.latent_dim;
    this.envelope = envelope;
    this.told = { label: 0 };
    checkKnown(envelope.meta);
    this.pixels = envelope.meta.shape.reduce((all, side) => all * side, 1);
    this.decoder = layersOf(envelope, envelope.meta.decoder, this.told);
  }

  static from(bytes) {
    return new LatentMapNetwork(unpack(bytes));
  }

  get extras() {
    return (this.beside ??= new Extras(this.envelope, this.latentDim));
  }

  // Weights may come without those of the encoder.
  get canEncode() {
    return this.meta.encoder.every(({ weight }) => !weight || this.envelope.has(weight));
  }

  // Whether what the encoder gives is the code. With a flow as posterior it ends before the flow, and gives a cloud that is yet to bend.
  get encodes() {
    return this.canEncode && this.meta.posterior !== "flow";
  }

  // How many labels there are to tell the model; 0 for a model that takes none.
  get classes() {
    return this.meta.classes ?? 0;
  }

  // Which label the model is told from now on.
  tell(label) {
    if (label === this.told.label || label >= this.classes) return;
    this.told.label = label;
    this.serial = networkCount++;
  }

  // The label that the model's own classifier reads from pixels; the one that it was told if it has none.
  read(pixels) {
    if (!this.meta.classifier) return this.told.label;
    this.classifier ??= layersOf(this.envelope, this.meta.classifier, this.told);
    const logits = this.classifier.reduce((x, layer) => layer(x), pixels);
    return logits.indexOf(Math.max(...logits));
  }

  // Pixels in [0, 1] → {mu, sigma, label}; sigma is null for a model that encodes to a point, label is what the encoder was told.
  encode(pixels) {
    this.encoder ??= layersOf(this.envelope, this.meta.encoder, this.told);
    const chosen = this.told.label;
    const label = (this.told.label = this.read(pixels));
    const out = this.encoder.reduce((x, layer) => layer(x), pixels);
    this.told.label = chosen;
    const mu = out.slice(0, this.latentDim);
    if (this.meta.posterior !== "gaussian") return { mu, sigma: null, label };
    const within = (value) => Math.min(LOG_VARIANCE_LIMIT, Math.max(-LOG_VARIANCE_LIMIT, value));
    return { mu, sigma: out.slice(this.latentDim, 2 * this.latentDim).map((logVariance) => Math.exp(within(logVariance) / 2)), label };
  }

  // A code → pixels in [0, 1], or a point's coordinates. The answer is a reused buffer: copy it to keep it.
  decode(z) {
    const out = this.decoder.reduce((x, layer) => layer(x), z).subarray(0, this.pixels); // what comes after them are their σ
    const logits = this.meta.likelihood === "bernoulli";
    if (this.meta.span?.[0] < 0) return out; // coordinates of points
    for (let i = 0; i < out.length; i++) out[i] = logits ? 1 / (1 + Math.exp(-out[i])) : Math.min(1, Math.max(0, out[i]));
    return out;
  }
}
