// Where in the recordings we are. Runs are aligned by step; the position is a step, so that new frames do not move it.

const POSITIONS_PER_SECOND = 6;
const SETTLE = 70; // ms in which a glide to a new position comes near it

class Player {
  constructor() {
    Object.assign(this, { steps: [], seen: "", step: 0, following: true, playing: false, speed: 1, due: 0, live: false, shown: 0, before: null });
  }

  // Take in what the recordings hold now.
  sync(recordings) {
    const opening = this.steps.length < 3; // a recording opens at its end
    const seen = recordings.map(({ id, frames }) => [id, frames.length, frames.at(-1)?.step]).join();
    if (seen !== this.seen) this.steps = [...new Set(recordings.flatMap((recording) => recording.frames.map((frame) => frame.step)))].sort((a, b) => a - b);
    this.seen = seen;
    this.live = recordings.some((recording) => recording.active);
    if (this.following && this.steps.length) this.step = this.steps.at(-1);
    if (this.following && opening) this.shown = this.step;
  }

  get last() {
    return Math.max(0, this.steps.length - 1);
  }

  get index() {
    return Math.max(0, this.steps.findLastIndex((step) => step <= this.step));
  }

  // Whether the picture moves by itself: by playback, or because training goes on.
  get moving() {
    return this.playing || (this.following && this.live);
  }

  seek(index) {
    const at = Math.min(this.last, Math.max(0, index));
    this.step = this.steps[at] ?? 0;
    this.playing = false;
    this.following = at === this.last && !this.live;
  }

  follow() {
    Object.assign(this, { following: true, playing: false, step: this.steps.at(-1) ?? 0 });
  }

  toggle(now) {
    if (this.moving) {
      Object.assign(this, { playing: false, following: false });
      return;
    }
    if (this.index >= this.last && !this.live) this.step = this.steps[0] ?? 0;
    Object.assign(this, { playing: true, following: false, due: now });
  }

  get interval() {
    return 1000 / (POSITIONS_PER_SECOND * this.speed);
  }

  // Go on by what the clock asks; says whether the position changed.
  tick(now) {
    if (!this.playing || now < this.due) return false;
    this.due = Math.max(this.due + this.interval, now - this.interval);
    if (this.index < this.last) this.step = this.steps[this.index + 1];
    if (this.index >= this.last) Object.assign(this, { playing: false, following: true });
    return true;
  }

  // A step as a fractional position among the frames, and back.
  positionOf(step) {
    const { steps } = this;
    const at = Math.max(0, steps.findLastIndex((other) => other <= step));
    return at + (at < this.last ? Math.max(0, step - steps[at]) / (steps[at + 1] - steps[at]) : 0);
  }

  stepAt(position) {
    const { steps } = this;
    const at = Math.floor(position);
    return at >= this.last ? steps[this.last] ?? 0 : steps[at] + (position - at) * (steps[at + 1] - steps[at]);
  }

  // Bring `shown`, the step on the screen, nearer to where we are: evenly in playback, gliding after a jump, at once where calm is
  // wanted. Says whether it still moves.
  approach(now, calm) {
    const elapsed = Math.min(100, now - (this.before ?? now - 16));
    const target = this.index;
    let at = this.positionOf(this.shown);
    if (calm || (this.live && this.following) || (this.playing && at > target)) at = target;
    else if (this.playing) at = Math.min(target, at + elapsed / this.interval);
    else at += (target - at) * (1 - Math.exp(-elapsed / SETTLE));
    const there = Math.abs(target - at) < 0.02;
    this.shown = there ? this.steps[target] ?? 0 : this.stepAt(at);
    this.before = there ? null : now;
    return !there;
  }
}
