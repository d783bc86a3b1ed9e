// Which parts of the page can be seen: while pictures move by themselves, those out of sight wait.

class Sight {
  // `changed` is called when something comes into sight.
  constructor(changed) {
    this.hidden = new WeakSet();
    this.observer = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) this.hidden[isIntersecting ? "delete" : "add"](target);
      if (entries.some(({ isIntersecting }) => isIntersecting)) changed();
    }, { rootMargin: "80px" });
  }

  watch(...nodes) {
    nodes.forEach((node) => this.observer.observe(node));
  }

  // What is not watched, or not looked at yet, counts as seen.
  sees(node) {
    return !this.hidden.has(node);
  }

  stop() {
    this.observer.disconnect();
  }
}
