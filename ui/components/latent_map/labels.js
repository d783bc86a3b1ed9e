// The choice of the label that a model is told: one button a class, for models that take one.

class LabelChooser {
  // `changed` is called after every choice by hand.
  constructor(changed) {
    Object.assign(this, { changed, label: 0, buttons: [] });
    this.root = el("div", { className: "labels", role: "radiogroup", hidden: true });
    this.root.onkeydown = (event) => this.key(event);
  }

  // Show the classes of a model that is told labels; hide for one that is not.
  offer(classes) {
    this.root.hidden = classes.length === 0;
    if (classes.length === this.buttons.length) return;
    this.buttons = classes.map((name, label) => el("button", { type: "button", role: "radio", textContent: name, onclick: () => this.choose(label) }));
    this.root.replaceChildren(el("span", { textContent: "label", ariaHidden: "true" }), ...this.buttons);
    this.mark();
  }

  // By hand.
  choose(label) {
    if (this.take(label)) this.changed();
  }

  // As an image has it that was chosen; true if it is another one.
  take(label) {
    if (label === this.label || !this.buttons[label]) return false;
    this.label = label;
    this.mark();
    return true;
  }

  // As in any group of radio buttons: one stop for the tab key, the arrows choose.
  key(event) {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step || foreign(event)) return;
    event.preventDefault();
    event.stopPropagation();
    this.choose((this.label + step + this.buttons.length) % this.buttons.length);
    this.buttons[this.label].focus();
  }

  mark() {
    this.buttons.forEach((button, label) => {
      button.setAttribute("aria-checked", String(label === this.label));
      button.tabIndex = label === this.label ? 0 : -1;
    });
  }
}
