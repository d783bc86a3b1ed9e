// Loss curves that grow while a run trains: one small panel a term, one colour a run. Train thin, test thick.

const TERMS = [["distortion", "Reconstruction (distortion)"], ["rate", "KL (rate)"], ["loss", "Total loss"]];
// What the loss of some models has beside; each as it is, without its weight.
const FURTHER = {
  capacity: "Distance of the rate from the capacity", free_bits: "Rate above the free nats", mmd: "MMD (no unit)", tc: "Total correlation",
  contractive: "Contraction (no unit)", commitment: "Commitment (no unit)", second_stage: "Second VAE's loss", weights: "KL of the weights",
  labels: "Labels' prior", classification: "Misread labels", perplexity: "Codes in use", accuracy: "Share of labels read correctly",
};

class Curves {
  constructor() {
    this.log = true;
    this.stale = true; // something else than the frames has changed
    this.button = el("button", { type: "button", textContent: "log steps", title: "Show the steps on a logarithmic scale", "aria-pressed": "true" });
    const key = el("span", { className: "hint", textContent: "nats per image · thin: training images · thick: test images" });
    this.body = el("div", { className: "groups" });
    this.root = el("section", { className: "block" }, el("div", { className: "head" }, el("strong", { textContent: "Losses" }), key, this.button), this.body);
    this.groups = [];
  }

  // Likelihoods with different units never share an axis: then each run has panels of its own.
  setRuns(runs) {
    const alike = new Set(runs.map((run) => run.likelihood)).size < 2;
    this.groups = (alike ? [runs] : runs.map((run) => [run])).map((members) => {
      const panels = TERMS.map(([term, title]) => this.panel(term, this.heading(term, title, members, alike)));
      return { members, alike, panels, root: el("div", { className: "curves" }, ...panels.map(({ node }) => node)) };
    });
    this.body.replaceChildren(...this.groups.map(({ root }) => root));
  }

  // Codes from a codebook are certain: what they cost is no KL.
  heading(term, title, members, alike) {
    const rated = members.filter(({ posterior }) => posterior !== "dirac");
    const codes = term === "rate" && rated.some(({ posterior }) => posterior === "codes");
    const named = codes ? (rated.every(({ posterior }) => posterior === "codes") ? "Rate, −log p(codes)" : "Rate") : title;
    return alike ? named : `${named} · ${members[0].title}`;
  }

  // A panel for each further term that the frames have.
  extend(group, shown) {
    const known = new Set(group.panels.map(({ term }) => term));
    const met = new Set(shown.flatMap(({ frames }) => Object.keys(frames.at(-1)?.test ?? {})));
    for (const [term, title] of Object.entries(FURTHER)) {
      if (!met.has(term) || known.has(term)) continue;
      const panel = this.panel(term, group.alike ? title : `${title} · ${group.members[0].title}`);
      group.panels.push(panel);
      group.root.append(panel.node);
    }
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
      this.extend(group, shown);
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
    if (term === "rate") shown = shown.filter(({ run }) => run.posterior !== "dirac"); // a point has no rate
    if (term in FURTHER) shown = shown.filter(({ frames }) => frames.some(({ test }) => term in test));
    const all = shown.flatMap(({ frames }) => frames.flatMap((frame) => [value(frame, "train"), value(frame, "test")])).filter(Number.isFinite);
    if (!all.length) return this.note(panel, context, shown.length ? "No values yet." : "An autoencoder has no rate.", width, height, theme);
    const scales = (panel.scales = this.scales(all, far, width, height));
    this.drawGrid(context, scales, theme);
    for (const { run, frames } of shown) {
      for (const part of ["train", "test"]) this.drawLine(context, frames, (frame) => value(frame, part), scales, run.color, part === "test" ? 2.25 : 1);
    }
    this.describe(panel, shown, value);
  }

  scales(all, far, width, height) {
    const [left, bottom, top] = [40, 18, 8];
    let [low, high] = [Math.min(...all), Math.max(...all)];
    low = Math.max(low < 0 ? -Infinity : 0, low - 0.06 * (high - low)); // a Gaussian's distortion may be negative
    if (high - low < 1e-6) high = low + 1;
    const place = (step) => (this.log ? Math.log10(1 + step) / Math.log10(1 + far) : step / far);
    const x = (step) => left + place(step) * (width - left - 6);
    const y = (value) => top + (1 - (value - low) / (high - low)) * (height - top - bottom);
    return { x, y, low, high, far, left, width, height, bottom };
  }

  drawGrid(context, { x, y, low, high, far, left, width, height, bottom }, theme) {
    context.font = `${TICK_SIZE}px ${theme.font}`;
    context.fillStyle = theme.muted;
    context.strokeStyle = theme.faint;
    context.lineWidth = 1;
    context.textAlign = "right";
    for (const value of ticksWithin(low, high, 3)) {
      context.beginPath();
      context.moveTo(left, y(value));
      context.lineTo(width, y(value));
      context.stroke();
      context.fillText(tickText(value), left - 4, y(value) + 4);
    }
    context.textAlign = "center";
    const marks = this.log ? [0, 10, 100, 1000, 10000, 100000].filter((step) => step <= far) : ticks(0, far, 3);
    for (const step of marks) context.fillText(step >= 1000 ? `${step / 1000}k` : `${step}`, Math.min(width - 10, Math.max(left + 3, x(step))), height - 5);
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

  note({ title, canvas }, context, text, width, height, theme) {
    canvas.setAttribute("aria-label", `${title}: ${text}`);
    context.font = `12px ${theme.font}`;
    context.fillStyle = theme.muted;
    context.textAlign = "center";
    context.fillText(text, width / 2, height / 2);
  }

  describe({ term, title, canvas }, shown, value) {
    const parts = shown.filter(({ frames }) => frames.length).map(({ run, frames }) => {
      const last = frames.at(-1);
      return `${run.title} ${signed(value(last, "test"), 1)} on test at step ${whole.format(last.step)}`;
    });
    canvas.setAttribute("aria-label", `${title}${term in FURTHER ? "" : " in nats per image"}: ${parts.join("; ")}`);
  }
}
