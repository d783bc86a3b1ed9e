// Transport controls: play, step, speed, scrub, and the live edge.

const SPEEDS = [0.5, 1, 2, 4];

class Timeline {
  // `moved` is called after every change; `released` when a scrub ends.
  constructor(player, moved, released) {
    Object.assign(this, { player, moved, released });
    const button = (text, title, onclick) => el("button", { type: "button", textContent: text, title, ariaLabel: title, onclick });
    this.play = button("▶", "Play (Space on the map)", () => this.toggle());
    this.back = button("−", "One frame back", () => this.step(-1));
    this.forward = button("+", "One frame on", () => this.step(1));
    this.live = button("● live", "Follow the newest frame", () => { player.follow(); moved(); released(); });
    this.live.className = "live";
    this.speed = el("select", { title: "Speed of playback", ariaLabel: "Speed of playback" }, ...SPEEDS.map((speed) => el("option", { value: speed, textContent: `${speed}×` })));
    this.speed.value = "1";
    this.speed.onchange = () => { player.speed = Number(this.speed.value); };
    this.range = el("input", { type: "range", min: 0, max: 0, value: 0, step: 1, ariaLabel: "Step of training" });
    this.range.oninput = () => { player.seek(Number(this.range.value)); moved(); };
    this.range.onchange = released;
    this.text = el("span", { className: "when" });
    this.root = el("div", { className: "timeline" }, this.play, this.back, this.forward, this.speed, this.range, this.live, this.text);
  }

  toggle() {
    this.player.toggle(performance.now());
    this.moved();
    if (!this.player.playing) this.released();
  }

  step(by) {
    this.player.seek(this.player.index + by);
    this.moved();
    this.released();
  }

  // `frame` is the newest frame on show, or null; `loading`: whether one is to come soon.
  draw(frame, loading) {
    const { player, range } = this;
    if (Number(range.max) !== player.last) range.max = player.last;
    if (Number(range.value) !== player.index) range.value = player.index;
    const text = frame ? `step ${whole.format(player.step)} · epoch ${frame.epoch.toFixed(frame.epoch < 100 ? 1 : 0)}` : loading ? "Loading…" : "no frames yet";
    setText(this.text, text);
    range.setAttribute("aria-valuetext", text);
    setText(this.play, player.moving ? "❚❚" : "▶");
    this.play.setAttribute("aria-label", player.moving ? "Pause" : "Play");
    setText(this.live, player.live ? "● live" : "newest");
    this.live.setAttribute("aria-pressed", String(player.following));
    this.live.classList.toggle("on", player.live && player.following);
    const empty = player.steps.length < 2;
    for (const control of [this.play, this.back, this.forward, range]) control.disabled = empty;
  }
}
