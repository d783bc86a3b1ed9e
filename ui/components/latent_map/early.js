// What other pages need, fetched into the browser's cache once this one has all that it needs itself.

const FETCHED = new Set();

function fetchEarly(paths) {
  for (const path of paths) {
    if (FETCHED.has(path)) continue;
    FETCHED.add(path);
    const url = new URL(path, document.baseURI);
    fetch(url, { priority: "low" }).then((answer) => answer.blob()).catch(() => FETCHED.delete(path));
  }
}
