// Under a finger: a swipe over a chart scrolls the page unless a button of the chart was pressed to select or to zoom. Plotly keeps a
// swipe to itself also where it has nothing to do with it, so it is not told of one. It hears of a tap all the same, as a click.
const left = (event) => event.target.closest?.(".nsewdrag")?.closest(".js-plotly-plot")?.layout.dragmode === "pan";
const past = (event) => { if (left(event)) event.stopPropagation(); };
const used = matchMedia("(hover: none)").matches;
let calls = 0;

export default function ({ data: [known], setStateValue }) {
  if (!used) return;
  const call = ++calls;
  document.addEventListener("touchstart", past, { capture: true, passive: true });
  if (!known) setStateValue("used", true);
  return () => { // a call that was overtaken is cleaned up after the next one
    if (call === calls) document.removeEventListener("touchstart", past, { capture: true });
  };
}
