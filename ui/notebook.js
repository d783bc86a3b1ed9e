// The student's notebook lives in their own browser: one JSON text in localStorage, sent to the app once, written on every change.
const PLACE = "latent-lab:notebook"

const read = () => {
  try { return localStorage.getItem(PLACE) ?? "" } catch { return "" } // a browser may forbid it; the notebook then lasts as long as the tab
}

const write = text => {
  try { text ? localStorage.setItem(PLACE, text) : localStorage.removeItem(PLACE) } catch { /* as above */ }
}

export default function (component) {
  const [known, text] = component.data
  if (known || !read()) write(text) // with nothing to tell, there is no need to have the page drawn again
  else component.setStateValue("kept", read())
}
