// Plotly keeps the wheel over a chart in space to itself, also with scrollZoom off: then it neither zooms nor scrolls.
const past = event => { if (event.target.closest(".gl-container")) event.stopPropagation() }
let calls = 0

export default function () {
  const call = ++calls
  document.addEventListener("wheel", past, { capture: true, passive: true })
  return () => { // a call that was overtaken is cleaned up after the next one
    if (call === calls) document.removeEventListener("wheel", past, { capture: true })
  }
}
