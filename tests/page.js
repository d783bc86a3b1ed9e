// As much of a page as the board needs to be built, drawn and touched where there is no browser. Nothing is seen on it.

class PageNode {
  constructor(tagName) {
    Object.assign(this, { tagName, nodes: [], attributes: new Map(), listeners: {}, captured: null, hidden: false, title: "", className: "" });
    Object.assign(this, { clientWidth: 200, clientHeight: 200, clientLeft: 0, clientTop: 0, width: 0, height: 0 });
    this.style = { setProperty: (name, value) => { this.style[name] = value; } };
    const names = new Set();
    this.classList = { names, toggle: (name, on) => (on ? names.add(name) : names.delete(name)) };
    this.context = new Proxy({}, { get: (known, name) => known[name] ?? (() => ({ data: new Uint8ClampedArray(4), addColorStop() {} })) });
  }

  get textContent() { return this.nodes.map((node) => node.textContent ?? node).join(""); }
  set textContent(text) { this.nodes = [text]; }
  get children() { return this.nodes.filter((node) => node instanceof PageNode); }
  get firstChild() { return this.nodes[0] ?? null; }
  get root() { return this; }

  append(...nodes) { this.nodes.push(...nodes); }
  replaceChildren(...nodes) { this.nodes = nodes; }
  contains(node) { return this === node || this.children.some((child) => child.contains(node)); }
  setAttribute(name, value) { this.attributes.set(name, String(value)); }
  getAttribute(name) { return this.attributes.get(name) ?? null; }
  addEventListener(kind, listener) { this.listeners[kind] = listener; }
  getContext() { return this.context; }
  getBoundingClientRect() { return { left: 0, top: 0, width: 200, height: 200 }; }
  getRootNode() { return { activeElement: document.activeElement }; }
  setPointerCapture(id) { this.captured = id; }
  hasPointerCapture(id) { return this.captured === id; }
}

class ImageData {
  constructor(width, height) { Object.assign(this, { width, height, data: new Uint8ClampedArray(4 * width * height) }); }
}

class ResizeObserver {
  observe() {}
  disconnect() {}
}

const IntersectionObserver = ResizeObserver;
const clicks = new Set();
const document = {
  baseURI: "http://localhost/", activeElement: null, createElement: (tagName) => new PageNode(tagName),
  addEventListener: (kind, listener) => clicks.add(listener), removeEventListener: (kind, listener) => clicks.delete(listener),
};
// A click on a button of the page outside the board.
const press = (key) => clicks.forEach((listener) => listener({ target: { closest: (selector) => selector === `.st-key-${key} button` } }));
const getComputedStyle = () => ({ getPropertyValue: () => "" });
globalThis.matchMedia = () => ({ matches: true });

// ---- the screen's frames, one at a time ----

const screen = { asked: new Map(), last: 0, now: 0 };
const requestAnimationFrame = (draw) => { screen.asked.set(++screen.last, draw); return screen.last; };
const cancelAnimationFrame = (id) => screen.asked.delete(id);

// Draw what was asked for, and wait for the weights.
async function frames(count = 12) {
  for (let i = 0; i < count; i++) {
    const asked = [...screen.asked.values()];
    screen.asked.clear();
    screen.now += 16;
    asked.forEach((draw) => draw(screen.now));
    await new Promise((done) => setTimeout(done, 1));
  }
}

// ---- Streamlit ----

class Host {
  constructor() {
    const root = new PageNode("div");
    this.sent = {};
    this.parentElement = { querySelector: () => root };
  }

  // Calls the board as Streamlit does; returns what it is to be cleaned up with.
  call(data) {
    const send = (name, value) => { this.sent[name] = value; };
    return mount({ data, parentElement: this.parentElement, setStateValue: send, setTriggerValue: send });
  }

  async show(data) {
    this.call(data);
    await frames();
    return this.board;
  }

  get board() {
    return INSTRUMENTS.get(this.parentElement);
  }
}
