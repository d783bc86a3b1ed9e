// Tells the app once if this browser draws without WebGL, as many do on school computers and in virtual machines.
const there = () => {
  const context = document.createElement("canvas").getContext("webgl");
  context?.getExtension("WEBGL_lose_context")?.loseContext(); // a browser keeps few of them
  return context !== null;
};
let missing;

export default function ({ data: [known], setStateValue }) {
  if (known) return;
  missing ??= !there();
  if (missing) setStateValue("missing", true);
}
