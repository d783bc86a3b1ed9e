// The network between two key frames: their weights mixed in the proportion of the steps. Training moves weights little from one key
// frame to the next, so the mix decodes much as the model did in between; the note under the image says that it is a mix.

// The arrays of a weights blob, each read once. A network's layers refer to them, so writing to them changes the network.
class Weights {
  constructor(envelope, meta = envelope.meta) {
    Object.assign(this, { envelope, meta, arrays: new Map() });
  }

  has(name) {
    return this.envelope.has(name);
  }

  shape(name) {
    return this.envelope.shape(name);
  }

  array(name) {
    if (!this.arrays.has(name)) this.arrays.set(name, this.envelope.array(name));
    return this.arrays.get(name);
  }

  names(half) {
    return (this.meta[half] ?? []).flatMap(({ weight, bias, label, codebook }) => [weight, bias, label, codebook].filter(Boolean));
  }
}

function networkFrom(bytes) {
  const weights = new Weights(unpack(bytes));
  return Object.assign(new LatentMapNetwork(weights), { weights });
}

// Only the decoder is mixed at once; few layers of the map want the encoder.
class MixedNetwork extends LatentMapNetwork {
  constructor(own) {
    super(own);
    this.own = own;
  }

  mix(from, to, step) {
    Object.assign(this, { from, to, step, serial: networkCount++, between: [from.step, to.step], staleEncoder: true });
    this.mixHalf("decoder");
  }

  mixHalf(half) {
    const { from, to, own, step } = this;
    const part = (step - from.step) / (to.step - from.step);
    for (const name of own.names(half)) mixInto(own.array(name), from.weights.array(name), to.weights.array(name), part);
  }

  get extras() {
    return this.from.extras;
  }

  get canEncode() {
    return super.canEncode && this.from.canEncode && this.to.canEncode;
  }

  encode(pixels) {
    if (this.staleEncoder) ["encoder", "classifier"].forEach((half) => this.mixHalf(half));
    this.staleEncoder = false;
    return super.encode(pixels);
  }
}

class NetworkBlend {
  // The network at a step between two key frames, or one of them where nothing is to be mixed.
  at(step, from, to) {
    if (!to || step <= from.step) return from;
    if (step >= to.step) return to;
    if (!this.mixed || this.mixed.whole !== from.canEncode) {
      this.mixed = Object.assign(new MixedNetwork(new Weights(from.weights.envelope)), { whole: from.canEncode });
    }
    const same = this.mixed.from === from && this.mixed.to === to && this.mixed.step === step;
    if (!same) this.mixed.mix(from, to, step);
    return this.mixed;
  }
}
