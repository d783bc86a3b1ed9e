// Plotly keeps the wheel over a chart in space to itself, also with scrollZoom off: then it neither zooms nor scrolls.
const past = event => { if (event.target.closest(".gl-container")) event.stopPropagation() }

export default function () {
  document.addEventListener("wheel", past, { capture: true, passive: true })
  return () => document.removeEventListener("wheel", past, { capture: true })
}
