// Standard normal numbers that are the same on every visit, so that samples move with the model and not by chance.

const NOISE = new Map();

function uniform(seed) {
  let state = seed;
  return () => { // mulberry32
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function fixedNoise(count) {
  if (!NOISE.has(count)) {
    const random = uniform(count);
    const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    NOISE.set(count, Float32Array.from({ length: count }, normal));
  }
  return NOISE.get(count);
}

// z = μ + σ ε, with the same ε at every moment.
function drawCodes(mu, sigma) {
  const noise = fixedNoise(mu.length);
  return mu.map((value, i) => value + sigma[i] * noise[i]);
}
