// The binary envelope of vae_core/wire.py: u32 header length | JSON header | arrays, each aligned to 4 bytes.

let halfValues = null;

// All 65,536 float16 values; a table look-up is faster than bit arithmetic on every weight.
function halfTable() {
  if (halfValues) return halfValues;
  halfValues = new Float32Array(65536);
  for (let bits = 0; bits < 65536; bits++) {
    const sign = bits >> 15 ? -1 : 1;
    const exponent = (bits >> 10) & 31;
    const mantissa = bits & 1023;
    if (exponent === 0) halfValues[bits] = sign * mantissa * 2 ** -24;
    else if (exponent === 31) halfValues[bits] = mantissa ? NaN : sign * Infinity;
    else halfValues[bits] = sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
  }
  return halfValues;
}

function fromHalves(bits) {
  const table = halfTable();
  const out = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) out[i] = table[bits[i]];
  return out;
}

const READERS = {
  f2: (buffer, count) => fromHalves(new Uint16Array(buffer, 0, count)),
  f4: (buffer, count) => new Float32Array(buffer, 0, count),
  i4: (buffer, count) => new Int32Array(buffer, 0, count),
  u2: (buffer, count) => new Uint16Array(buffer, 0, count),
  u1: (buffer, count) => new Uint8Array(buffer, 0, count),
};
const ITEM_BYTES = { f2: 2, f4: 4, i4: 4, u2: 2, u1: 1 };

class Envelope {
  constructor(bytes) {
    if (bytes.length < 4) throw new Error("The data is cut short.");
    const length = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
    if (4 + length > bytes.length) throw new Error("The data is cut short.");
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
    this.meta = header.meta;
    this.heads = header.arrays;
    this.body = bytes.subarray(4 + length);
  }

  get names() {
    return Object.keys(this.heads);
  }

  has(name) {
    return Object.hasOwn(this.heads, name);
  }

  shape(name) {
    return this.heads[name].shape;
  }

  // A copy, so that it is aligned and the whole message need not stay in memory.
  array(name) {
    const { dtype, shape, offset } = this.heads[name];
    const count = shape.reduce((product, n) => product * n, 1);
    const end = offset + count * ITEM_BYTES[dtype];
    if (!(dtype in READERS) || end > this.body.length) throw new Error(`The array ${name} is cut short.`);
    return READERS[dtype](this.body.slice(offset, end).buffer, count);
  }
}

const unpack = (bytes) => new Envelope(bytes);

// Records of which each holds the differences of its arrays' bytes to those of the one before (see ui/slim.py): make them whole.
function addUp(blobs) {
  const bodyAt = (blob) => 4 + new DataView(blob.buffer, blob.byteOffset, 4).getUint32(0, true);
  blobs.forEach((blob, i) => {
    const before = blobs[i - 1];
    if (!before || before.length - bodyAt(before) !== blob.length - bodyAt(blob)) return;
    for (let to = bodyAt(blob), from = bodyAt(before); to < blob.length; to++, from++) blob[to] += before[from];
  });
  return blobs;
}

// The records of a frames answer: each u32 length | envelope.
function records(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found = [];
  for (let at = 0; at + 4 <= bytes.length; ) {
    const length = view.getUint32(at, true);
    if (at + 4 + length > bytes.length) break;
    found.push(bytes.slice(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return found;
}
