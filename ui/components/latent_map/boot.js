// What a message carries: it fetches the instrument's script, which the browser keeps. Where the app serves no routes, the page is told,
// and sends the whole script instead.

const told = ({ setStateValue }) => setStateValue("transport", "inline");
const place = new URL("%(path)s", document.baseURI);

// Whether the app says that it serves no such thing. A request that is lost says nothing.
const absent = async () => {
  const answer = await fetch(place).catch(() => null);
  return answer !== null && !(answer.headers.get("content-type") ?? "").includes("javascript");
};

const brought = async () => {
  for (const pause of [300, 1000, 3000, 0]) {
    const script = await import(place).catch(() => null);
    if (script !== null) return script;
    if (await absent()) break;
    await new Promise((go) => setTimeout(go, pause));
    place.searchParams.set("again", pause); // a browser may remember that an address failed
  }
  return { default: told };
};

const whole = await brought();

export default whole.default;
