// A network that cannot run in this browser: the app's server decodes it where the hand lets go.

class FarNetwork {
  // `ready` is called when there is a new picture, or news that there is none.
  constructor(feed, [height, width], ready) {
    Object.assign(this, { feed, ready, pixels: new Float32Array(height * width), wanted: null, busy: false, problem: "" });
  }

  // Stands in for the network in a portrait: the last picture that came.
  decode() {
    return this.pixels;
  }

  // Ask for the picture at a code. While one is on its way only the latest wish is remembered.
  async ask(index, z) {
    this.wanted = { index, z: [...z] };
    if (this.busy) return;
    this.busy = true;
    while (this.wanted) {
      const { index: at, z: code } = this.wanted;
      this.wanted = null;
      try {
        this.pixels = Float32Array.from(await this.feed.decode(at, code), (byte) => byte / 255);
        this.problem = "";
      } catch (error) {
        this.problem = error.message;
      }
      this.ready();
    }
    this.busy = false;
  }
}
