// The student's notebook lives in their own browser: one JSON text in localStorage, where each page has the time of its last change. Of
// each page the later state holds: what a tab knows is put beside what others have written meanwhile, and the app is told of that.
const PLACE = "latent-lab:notebook"
let told = "" // once is enough, also if the app leaves some of it out

const read = () => {
  try { return localStorage.getItem(PLACE) ?? "" } catch { return "" } // a browser may forbid it; the notebook then lasts as long as the tab
}

const write = text => {
  try { localStorage.setItem(PLACE, text) } catch { /* as above */ }
}

const pagesOf = text => {
  try { return JSON.parse(text) ?? {} } catch { return {} }
}

const timeOf = page => page?.at ?? 0

export default function ({ data: [text], setStateValue }) {
  const [ours, theirs] = [text, read()].map(pagesOf)
  const newer = Object.entries(theirs).filter(([name, page]) => !(name in ours) || timeOf(page) > timeOf(ours[name]))
  const whole = JSON.stringify({ ...ours, ...Object.fromEntries(newer) })
  if (whole !== "{}") write(whole)
  if (newer.length === 0 || whole === told) return // with nothing to tell, there is no need to have the page drawn again
  told = whole
  setStateValue("kept", whole)
}
