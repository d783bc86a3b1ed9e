// One scatter of codes on a canvas. Once the picture rests it is kept on a second canvas, so that a drag redraws only the pointer.

const TURN = 2 * Math.PI;

// The square of the latent plane that a map shows, and where it lies on the canvas.
class View {
  constructor(box, width, height) {
    Object.assign(this, { box, width, height });
  }

  x = (value) => ((value - this.box.x0) / (this.box.x1 - this.box.x0)) * this.width;
  y = (value) => (1 - (value - this.box.y0) / (this.box.y1 - this.box.y0)) * this.height;
  fromX = (pixel) => this.box.x0 + (pixel / this.width) * (this.box.x1 - this.box.x0);
  fromY = (pixel) => this.box.y0 + (1 - pixel / this.height) * (this.box.y1 - this.box.y0);

  get scale() {
    return this.width / (this.box.x1 - this.box.x0);
  }
}

class LatentMap {
  constructor(canvas) {
    this.canvas = canvas;
    this.still = document.createElement("canvas");
    this.stale = true; // the picture has changed
    this.kept = false; // the second canvas holds it
    this.view = null;
  }

  // scene: {box, points, means, spread, labels, classes, colors, color, names, flat, show, z, marked, path, ghost, theme} and the
  // layers that draw themselves: {manifold, density, prior, holes, warp, field}; {learned, codebook, uncertainty} where the model has them
  draw(scene) {
    const { context, width, height } = prepare(this.canvas);
    if (!width) return;
    this.view = new View(scene.box, width, height);
    this.kept &&= !this.stale && this.still.width === this.canvas.width;
    context.clearRect(0, 0, width, height);
    if (this.stale || !scene.points) this.drawLayers(context, scene); // before the first codes there is little to keep
    else context.drawImage(this.keep(scene), 0, 0, width, height);
    this.stale = false;
    drawMarks(context, this, scene);
  }

  keep(scene) {
    if (this.kept) return this.still;
    const { width, height } = this.canvas;
    Object.assign(this.still, { width, height });
    const context = this.still.getContext("2d");
    context.scale(width / this.view.width, height / this.view.height);
    this.drawLayers(context, scene);
    this.kept = true;
    return this.still;
  }

  drawLayers(context, scene) {
    const { show, theme } = scene;
    if (show.manifold) scene.manifold.draw(context, this.view, show.points || show.ellipses);
    if (show.spread && scene.uncertainty) scene.field.draw(context, this.view, scene.uncertainty, scene.colors.spread);
    if (show.rings && scene.learned) scene.prior.draw(context, this.view, scene.colors.prior);
    if (show.density) scene.density.draw(context, this.view, scene.color);
    if (show.holes) scene.holes.draw(context, this.view, theme);
    if (show.axes) this.drawAxes(context, scene);
    if (show.rings && !scene.learned) this.drawRings(context, scene);
    if (show.warp) scene.warp.draw(context, this.view, theme);
    if (show.codebook && scene.codebook) drawCodebook(context, this.view, scene.codebook, scene.codebook.points, scene.flat, theme);
    if (scene.points) drawScatter(context, this, scene);
  }

  drawAxes(context, { box, names, flat, theme, show, learned }) {
    const { x, y, width, height } = this.view;
    context.lineWidth = 1;
    context.strokeStyle = theme.faint;
    context.fillStyle = theme.text;
    const line = (...ends) => { context.beginPath(); context.moveTo(ends[0], ends[1]); context.lineTo(ends[2], ends[3]); context.stroke(); };
    const count = width < 240 ? 4 : 5;
    context.textAlign = "center";
    for (const value of ticks(box.x0, box.x1, count)) {
      line(x(value), 0, x(value), height);
      if (x(value) > 14 && x(value) < width - 30 - 6 * Math.max(0, names[0].length - 3)) this.label(context, tickText(value), x(value), height - 5, theme);
    }
    context.textAlign = "right";
    this.label(context, names[0], width - 5, height - 5, theme, true);
    if (flat) return;
    context.textAlign = "left";
    for (const value of ticks(box.y0, box.y1, count)) {
      line(0, y(value), width, y(value));
      if (y(value) > 26 && y(value) < height - 16) this.label(context, tickText(value), 4, y(value) + 3.5, theme);
    }
    this.label(context, names[1], 4, 13, theme, true);
    if (show.rings && !learned) return;
    context.strokeStyle = theme.border;
    line(x(0), 0, x(0), height);
    line(0, y(0), width, y(0));
  }

  // Text with a halo in the ground's colour, so that it is legible over points and images.
  label(context, text, x, y, theme, strong = false) {
    context.font = `${strong ? "600 " : ""}${TICK_SIZE}px ${theme.font}`;
    context.lineWidth = 3;
    context.lineJoin = "round";
    context.strokeStyle = theme.ground;
    context.strokeText(text, x, y);
    context.fillStyle = strong ? theme.text : theme.muted;
    context.fillText(text, x, y);
    context.lineWidth = 1;
    context.strokeStyle = theme.faint;
  }

  // N(0, I): one and two standard deviations from the origin.
  drawRings(context, { flat, theme }) {
    const { x, y, scale, width, height } = this.view;
    context.strokeStyle = theme.muted;
    context.lineWidth = 1.25;
    context.setLineDash([5, 4]);
    for (const radius of [1, 2]) {
      context.beginPath();
      if (flat) for (const side of [-radius, radius]) { context.moveTo(x(side), 0); context.lineTo(x(side), height); }
      else context.arc(x(0), y(0), radius * scale, 0, TURN);
      context.stroke();
    }
    context.setLineDash([]);
    if (scale * 2 < 22 || 2 * scale > width) return;
    context.textAlign = "center";
    for (const radius of [1, 2]) this.label(context, `${radius}σ`, x(0) + radius * scale * (flat ? 1 : 0.7071), flat ? 14 : y(0) - radius * scale * 0.7071, theme);
  }

  // The point under a place on the canvas, or null.
  nearest(points, px, py, reach) {
    if (!points || !this.view) return null;
    const { x, y } = this.view;
    let [best, least] = [null, reach * reach];
    for (let i = 0; i < points.length / 2; i++) {
      const distance = (x(points[2 * i]) - px) ** 2 + (y(points[2 * i + 1]) - py) ** 2;
      if (distance < least) [best, least] = [i, distance];
    }
    return best;
  }
}
