// The image at a code beside an original: the one under the pointer, the selected one, or the one nearest to the code.

class Portrait {
  constructor() {
    this.decoded = new Strip(1, 1, "Decoded image");
    this.original = new Strip(1, 1, "Original image: none selected");
    this.code = el("p", { className: "code" });
    this.note = el("p", { className: "note" });
    this.hint = el("span", { className: "none", textContent: "click a point" });
    this.box = el("div", { className: "frame empty" }, this.original.canvas, this.hint);
    const right = figure("original", this.box);
    this.name = right.firstChild;
    this.screen = el("div", { className: "frame" }, this.decoded.canvas);
    const images = el("div", { className: "images" }, figure("decoded", this.screen), right);
    this.place = el("p", { className: "place", hidden: true });
    this.root = el("div", { className: "side" }, images, this.code, this.place, this.note);
  }

  // `choices` are pairs of an image's index, or null, and what it is; the first that there is gets shown.
  draw(network, z, probe, choices, colors) {
    const pixels = network.decode(z);
    this.screen.classList.toggle("empty", !pixels);
    if (inSpace(probe.shape)) return pixels && this.drawGlobes(pixels, probe, choices, colors);
    this.drawDecoded(pixels, probe.shape);
    const [index, name] = choices.find(([at]) => at !== null && at < probe.count) ?? [null, "original"];
    setText(this.name, name);
    const there = index !== null && !probe.bare;
    setText(this.hint, probe.bare ? "not on this machine" : "click a point");
    this.hint.hidden = there;
    this.box.classList.toggle("empty", !there);
    if (there) this.drawOriginal(probe, index, name);
  }

  // A picture that the server has yet to send is null.
  drawDecoded(pixels, shape) {
    this.decoded.resize(shape);
    if (!pixels) return;
    this.decoded.set(0, 0, pixels, 255);
    this.decoded.show();
  }

  // Points are marked on globes, which take the images' places.
  drawGlobes(point, probe, choices, colors) {
    this.globes ??= [this.decoded, this.original].map(({ canvas }) => {
      const globe = new Globe();
      canvas.replaceWith(globe.canvas);
      return globe;
    });
    const text = placeText(probe, point);
    this.globes[0].draw(probe, colors, point, `Globe, decoded: ${text}`);
    setText(this.place, `Decoded: ${text}`);
    this.place.hidden = false;
    const [index, name] = choices.find(([at]) => at !== null && at < probe.count) ?? [null, "original"];
    this.hint.hidden = index !== null;
    this.box.classList.toggle("empty", index === null);
    setText(this.name, index === null ? name : `${name.replace("image", "point")}: ${nameOf(probe, index)}`);
    if (index !== null) this.globes[1].draw(probe, colors, probe.images.subarray(3 * index, 3 * index + 3), `Globe, ${name}: ${nameOf(probe, index)}`);
  }

  drawOriginal(probe, index, name) {
    const [height, width] = probe.shape;
    this.original.resize(probe.shape);
    this.original.set(0, 0, probe.images, 1, index * height * width);
    this.original.show();
    this.original.setLabel(`${name[0].toUpperCase()}${name.slice(1)}, class ${probe.classes[probe.labels[index]]}`);
  }
}
