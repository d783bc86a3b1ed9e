// A network that cannot run in this browser: the app's server decodes it where the hand lets go.

class FarNetwork {
  // `ready` is called when there is a new picture, or news that there is none.
  constructor(feed, [height, width], ready) {
    Object.assign(this, { feed, ready, points: inSpace([height, width]), pixels: null, wanted: null, busy: false, problem: "" });
  }

  // Stands in for the network in a portrait: the last picture that came; null before the first.
  decode() {
    return this.pixels;
  }

  // Ask for the picture at a code and a label. While one is on its way only the latest wish is remembered.
  async ask(index, z, label) {
    this.wanted = { index, z: [...z], label };
    if (this.busy) return;
    this.busy = true;
    while (this.wanted) {
      const wish = this.wanted;
      this.wanted = null;
      try {
        const bytes = await this.feed.decode(wish.index, wish.z, wish.label);
        this.pixels = this.points ? new Float32Array(bytes.buffer) : Float32Array.from(bytes, (byte) => byte / 255);
        this.problem = "";
      } catch (error) {
        this.problem = error.message;
      }
      this.ready();
    }
    this.busy = false;
  }
}
