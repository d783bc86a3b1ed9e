// Loss curves that grow while a run trains: one small panel a term, one colour a run. Train thin, test thick.

const TERMS = [["distortion", "Distortion"], ["rate", "Rate (KL)"], ["loss", "Total loss"]];

class Curves {
  constructor() {
    this.log = true;
    this.stale = true; // something else than the frames has changed
    this.button = el("button", { type: "button", textContent: "log steps", title: "Show the steps on a logarithmic scale", "aria-pressed": "true" });
    const key = el("span", { className: "hint", textContent: "nats per image · thin: train · thick: test" });
    this.body = el("div", { className: "groups" });
    this.root = el("section", { className: "block" }, el("div", { className: "head" }, el("strong", { textContent: "Losses" }), key, this.button), this.body);
    this.groups = [];
  }

  // Likelihoods with different units never share an axis: then each run has panels of its own.
  setRuns(runs) {
    const alike = new Set(runs.map((run) => run.likelihood)).size < 2;
    this.groups = (alike ? [runs] : runs.map((run) => [run])).map((members) => ({
      members,
      panels: TERMS.map(([term, title]) => this.panel(term, alike ? title : `${title} · ${members[0].title}`)),
    }));
    this.body.replaceChildren(...this.groups.map(({ panels }) => el("div", { className: "curves" }, ...panels.map(({ node }) => node))));
  }

  panel(term, title) {
    const canvas = el("canvas", { className: "curve", role: "img", "aria-label": `${title}: no values yet` });
    const cursor = el("i", { className: "cursor", hidden: true });
    return { term, title, canvas, cursor, scales: null, node: el("figure", {}, el("figcaption", { textContent: title }), el("div", { className: "plot" }, canvas, cursor)) };
  }

  // Lines are drawn when frames have come; at each move in time only the cursor moves.
  draw(recordings, step, theme) {
    const of = new Map(recordings.map((recording) => [recording.id, recording]));
    for (const group of this.groups) {
      const { members, panels } = group;
      const shown = members.map((run) => ({ run, frames: of.get(run.id).frames }));
      const far = Math.max(1, ...members.map((run) => of.get(run.id).status?.total_steps ?? 0), ...shown.map(({ frames }) => frames.at(-1)?.step ?? 0));
      const key = [far, ...members.map((run) => of.get(run.id).version)].join();
      if (this.stale || key !== group.key) for (const panel of panels) this.drawPanel(panel, shown, far, theme);
      group.key = key;
      for (const panel of panels) this.moveCursor(panel, step);
    }
    this.stale = false;
  }

  drawPanel(panel, shown, far, theme) {
    const { term, title, canvas } = panel;
    panel.scales = null;
    const { context, width, height } = prepare(canvas);
    if (!width) return;
    context.clearRect(0, 0, width, height);
    const value = (frame, part) => frame[part][term] ?? NaN;
    if (term === "rate") shown = shown.filter(({ run }) => run.posterior === "gaussian"); // a point has no rate
    const all = shown.flatMap(({ frames }) => frames.flatMap((frame) => [value(frame, "train"), value(frame, "test")])).filter(Number.isFinite);
    if (!all.length) return this.note(context, shown.length ? "No values yet." : "An autoencoder has no rate.", width, height, theme);
    const scales = (panel.scales = this.scales(all, far, width, height));
    this.drawGrid(context, scales, theme);
    for (const { run, frames } of shown) {
      for (const part of ["train", "test"]) this.drawLine(context, frames, (frame) => value(frame, part), scales, run.color, part === "test" ? 2.25 : 1);
    }
    this.describe(canvas, title, shown, value);
  }

  scales(all, far, width, height) {
    const [left, bottom, top] = [34, 16, 6];
    let [low, high] = [Math.min(...all), Math.max(...all)];
    low = Math.max(0, low - 0.06 * (high - low));
    if (high - low < 1e-6) high = low + 1;
    const place = (step) => (this.log ? Math.log10(1 + step) / Math.log10(1 + far) : step / far);
    const x = (step) => left + place(step) * (width - left - 6);
    const y = (value) => top + (1 - (value - low) / (high - low)) * (height - top - bottom);
    return { x, y, low, high, far, left, width, height, bottom };
  }

  drawGrid(context, { x, y, low, high, far, left, width, height, bottom }, theme) {
    context.font = `10px ${theme.font}`;
    context.fillStyle = theme.muted;
    context.strokeStyle = theme.faint;
    context.lineWidth = 1;
    context.textAlign = "right";
    for (const value of ticks(low, high, 3)) {
      context.beginPath();
      context.moveTo(left, y(value));
      context.lineTo(width, y(value));
      context.stroke();
      context.fillText(tickText(value), left - 4, y(value) + 3.5);
    }
    context.textAlign = "center";
    const marks = this.log ? [0, 10, 100, 1000, 10000, 100000].filter((step) => step <= far) : ticks(0, far, 3);
    for (const step of marks) context.fillText(step >= 1000 ? `${step / 1000}k` : `${step}`, Math.min(width - 10, Math.max(left + 3, x(step))), height - bottom + 12);
  }

  drawLine(context, frames, value, { x, y }, color, thick) {
    context.strokeStyle = color;
    context.lineWidth = thick;
    context.lineJoin = "round";
    context.globalAlpha = thick > 1 ? 1 : 0.75;
    context.beginPath();
    let pen = false;
    for (const frame of frames) {
      const at = value(frame);
      if (!Number.isFinite(at)) { pen = false; continue; }
      if (pen) context.lineTo(x(frame.step), y(at));
      else context.moveTo(x(frame.step), y(at));
      pen = true;
    }
    context.stroke();
    context.globalAlpha = 1;
  }

  moveCursor({ cursor, scales }, step) {
    cursor.hidden = !scales;
    if (scales) cursor.style.transform = `translateX(${scales.x(step).toFixed(1)}px)`;
  }

  note(context, text, width, height, theme) {
    context.font = `12px ${theme.font}`;
    context.fillStyle = theme.muted;
    context.textAlign = "center";
    context.fillText(text, width / 2, height / 2);
  }

  describe(canvas, title, shown, value) {
    const parts = shown.filter(({ frames }) => frames.length).map(({ run, frames }) => {
      const last = frames.at(-1);
      return `${run.title} ${value(last, "test").toFixed(1)} on test at step ${last.step}`;
    });
    canvas.setAttribute("aria-label", `${title} in nats per image: ${parts.join("; ")}`);
  }
}
