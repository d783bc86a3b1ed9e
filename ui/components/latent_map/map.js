// One scatter of codes on a canvas. What rests is drawn to a second canvas, so that a drag redraws only the pointer.

const MAX_ELLIPSES = 400;
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
    this.stale = true;
    this.view = null;
  }

  // scene: {box, points, radii, labels, colors, names, flat, show, z, selected, hovered, path, manifold, theme, classes}
  draw(scene) {
    const { context, width, height } = prepare(this.canvas);
    if (!width) return;
    this.view = new View(scene.box, width, height);
    if (this.stale || this.still.width !== this.canvas.width) this.drawStill(scene, width, height);
    context.clearRect(0, 0, width, height);
    context.drawImage(this.still, 0, 0, width, height);
    this.drawMarks(context, scene);
  }

  drawStill(scene, width, height) {
    Object.assign(this.still, { width: this.canvas.width, height: this.canvas.height });
    const context = this.still.getContext("2d");
    context.scale(this.canvas.width / width, this.canvas.height / height);
    const { show } = scene;
    if (show.manifold && scene.manifold) scene.manifold.draw(context, this.view, show.points || show.ellipses);
    if (show.axes) this.drawAxes(context, scene);
    if (show.rings) this.drawRings(context, scene);
    if (show.ellipses && scene.radii) this.drawEllipses(context, scene);
    if (show.points && scene.points) this.drawPoints(context, scene);
    this.stale = false;
  }

  drawAxes(context, { box, names, flat, theme, show }) {
    const { x, y, width, height } = this.view;
    context.font = `10px ${theme.font}`;
    context.lineWidth = 1;
    context.strokeStyle = theme.faint;
    context.fillStyle = theme.text;
    const line = (...ends) => { context.beginPath(); context.moveTo(ends[0], ends[1]); context.lineTo(ends[2], ends[3]); context.stroke(); };
    const count = width < 240 ? 4 : 5;
    context.textAlign = "center";
    for (const value of ticks(box.x0, box.x1, count)) {
      line(x(value), 0, x(value), height);
      if (x(value) > 14 && x(value) < width - 30) this.label(context, tickText(value), x(value), height - 5, theme);
    }
    this.label(context, names[0], width - 12, height - 5, theme, true);
    if (flat) return;
    context.textAlign = "left";
    for (const value of ticks(box.y0, box.y1, count)) {
      line(0, y(value), width, y(value));
      if (y(value) > 26 && y(value) < height - 16) this.label(context, tickText(value), 4, y(value) + 3.5, theme);
    }
    this.label(context, names[1], 4, 13, theme, true);
    if (show.rings) return;
    context.strokeStyle = theme.border;
    line(x(0), 0, x(0), height);
    line(0, y(0), width, y(0));
  }

  // Text with a halo in the ground's colour, so that it is legible over points and images.
  label(context, text, x, y, theme, strong = false) {
    context.font = `${strong ? "600 12px" : "10px"} ${theme.font}`;
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

  byClass(scene, count, each) {
    const { labels, colors } = scene;
    const groups = new Map();
    for (let i = 0; i < count; i++) {
      const label = labels ? labels[i] : 0;
      if (!groups.has(label)) groups.set(label, []);
      groups.get(label).push(i);
    }
    for (const [label, members] of groups) each(colors[label % colors.length], members, label);
  }

  drawEllipses(context, scene) {
    const { points, radii, flat } = scene;
    const { x, y, scale } = this.view;
    const count = points.length / 2;
    const every = Math.max(1, Math.ceil(count / MAX_ELLIPSES));
    context.lineWidth = 1;
    context.globalAlpha = 0.55;
    this.byClass(scene, count, (color, members) => {
      context.strokeStyle = color;
      context.beginPath();
      for (const i of members) {
        if (i % every) continue;
        const [cx, cy, rx] = [x(points[2 * i]), y(points[2 * i + 1]), radii[2 * i] * scale];
        const ry = flat ? 0.5 : radii[2 * i + 1] * scale;
        context.moveTo(cx + rx, cy);
        context.ellipse(cx, cy, rx, ry, 0, 0, TURN);
      }
      context.stroke();
    });
    context.globalAlpha = 1;
  }

  drawPoints(context, scene) {
    const { points, theme, classes } = scene;
    const { x, y, width } = this.view;
    const count = points.length / 2;
    const radius = (width < 240 ? 1.7 : 2.4) * (count > 1000 ? 0.8 : 1);
    context.globalAlpha = scene.show.ellipses && scene.radii ? 0.9 : 0.8;
    const centres = [];
    this.byClass(scene, count, (color, members, label) => {
      context.fillStyle = color;
      context.beginPath();
      for (const i of members) {
        const [px, py] = [x(points[2 * i]), y(points[2 * i + 1])];
        context.moveTo(px + radius, py);
        context.arc(px, py, radius, 0, TURN);
      }
      context.fill();
      centres.push([label, this.middle(points, members)]);
    });
    context.globalAlpha = 1;
    if (scene.flat || !classes || classes.some((name) => name.length > 2)) return;
    context.textAlign = "center";
    for (const [label, [cx, cy]] of centres) this.label(context, classes[label] ?? "", x(cx), y(cy) + 4, theme, true);
  }

  middle(points, members) {
    const half = Math.floor(members.length / 2);
    return [0, 1].map((side) => members.map((i) => points[2 * i + side]).sort((a, b) => a - b)[half]);
  }

  drawMarks(context, scene) {
    const { points, theme, path, selected, hovered, z } = scene;
    const { x, y, height } = this.view;
    if (path && points) this.drawPath(context, scene, path);
    for (const [index, size] of [[hovered, 5], [selected, 6]]) {
      if (index === null || !points || index >= points.length / 2) continue;
      this.ring(context, x(points[2 * index]), y(points[2 * index + 1]), size, theme);
    }
    if (z) this.drawCross(context, x(z[0]), scene.flat ? height / 2 : y(z[1]), theme);
  }

  drawCross(context, px, py, theme) {
    const { width, height } = this.view;
    for (const [color, line] of [[theme.ground, 5], [theme.text, 2]]) {
      context.strokeStyle = color;
      context.lineWidth = line;
      context.beginPath();
      for (const side of [-1, 1]) {
        context.moveTo(px + 4 * side, py);
        context.lineTo(px + 11 * side, py);
        context.moveTo(px, py + 4 * side);
        context.lineTo(px, py + 11 * side);
      }
      context.stroke();
    }
    if (px < 0 || py < 0 || px > width || py > height) this.drawPointer(context, px, py, theme);
  }

  ring(context, x, y, size, theme) {
    for (const [color, line] of [[theme.ground, 4.5], [theme.text, 2]]) {
      context.strokeStyle = color;
      context.lineWidth = line;
      context.beginPath();
      context.arc(x, y, size, 0, TURN);
      context.stroke();
    }
  }

  drawPath(context, { points, theme }, path) {
    const { x, y } = this.view;
    const ends = path.map(({ index, name }) => [x(points[2 * index]), y(points[2 * index + 1]), name]);
    for (const [color, line] of [[theme.ground, 5], [theme.text, 2]]) {
      context.strokeStyle = color;
      context.lineWidth = line;
      context.beginPath();
      context.moveTo(ends[0][0], ends[0][1]);
      context.lineTo(ends[1][0], ends[1][1]);
      context.stroke();
    }
    context.textAlign = "center";
    for (const [px, py, name] of ends) {
      this.ring(context, px, py, 4, theme);
      this.label(context, name, px, py - 9, theme, true);
    }
  }

  // The code lies outside what is shown: a wedge at the edge points to it.
  drawPointer(context, px, py, theme) {
    const { width, height } = this.view;
    const [ex, ey] = [Math.min(width - 9, Math.max(9, px)), Math.min(height - 9, Math.max(9, py))];
    const angle = Math.atan2(py - ey, px - ex);
    context.fillStyle = theme.text;
    context.beginPath();
    for (const turn of [0, 2.5, -2.5]) context.lineTo(ex + 7 * Math.cos(angle + turn), ey + 7 * Math.sin(angle + turn));
    context.fill();
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
