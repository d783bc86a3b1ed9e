// What a message carries: it fetches the instrument's script, which the browser keeps. Where the app serves no routes, the page is told,
// and sends the whole script instead.

const told = ({ setStateValue }) => setStateValue("transport", "inline");
const whole = await import(new URL("%(path)s", document.baseURI)).catch(() => ({ default: told }));

export default whole.default;
