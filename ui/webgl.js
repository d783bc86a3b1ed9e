// How this browser draws with WebGL: "fast", by a graphics card; "slow", by the processor, or "missing", as on many school computers and
// in virtual machines. The app is told once, and only if it makes a difference to what it has drawn by then.
const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i;

function renderer(context) {
  const masked = context.getParameter(context.RENDERER);
  if (masked !== "WebKit WebGL") return masked;
  const names = context.getExtension("WEBGL_debug_renderer_info");
  return names ? context.getParameter(names.UNMASKED_RENDERER_WEBGL) : masked;
}

function find() {
  const context = document.createElement("canvas").getContext("webgl");
  if (context === null) return "missing";
  const kind = SOFTWARE.test(renderer(context)) ? "slow" : "fast";
  context.getExtension("WEBGL_lose_context")?.loseContext(); // a browser keeps few of them
  return kind;
}
let kind;

export default function ({ data: [known], setStateValue }) {
  kind ??= find();
  if (known !== kind && kind !== "slow") setStateValue("kind", kind);
}
