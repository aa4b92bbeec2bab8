// Keeps what is marked as live fresh while somebody looks: reads the page again and takes over those parts. Nothing here is
// needed: reading the page again does the same, and a part says when it was read where that matters.
//
// The server hints when there is something new, where it can; else the page is read now and then. A hint says nothing itself.

const SECONDS = 20;
const SPREAD = 3;

async function renew() {
  if (document.hidden) return;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (answer.redirected) return location.reload(); // a session that ended: the page would stay as it was for ever
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of document.querySelectorAll("[data-live]")) {
      const newer = fresh.getElementById(part.id);
      if (!newer || part.contains(document.activeElement)) continue; // who is on a link in it by keyboard stays there
      const before = part.querySelectorAll("details");
      newer.querySelectorAll("details").forEach((each, place) => (each.open = before[place]?.open ?? false));
      if (newer.innerHTML !== part.innerHTML) part.replaceChildren(...newer.childNodes);
    }
  } catch {
    // Without a network the figures stay as they are.
  }
}

const hints = document.querySelector("[data-hints]")?.dataset.hints;
let source;
let timer;

function readNowAndThen() {
  timer ??= setInterval(renew, SECONDS * 1000);
}

function listen() {
  source = new EventSource(hints);
  // Not all who get a hint read at once.
  source.onmessage = () => setTimeout(renew, Math.random() * SPREAD * 1000);
  source.onerror = () => {
    if (source.readyState === EventSource.CLOSED) readNowAndThen(); // nobody hints here, or not now
  };
}

function look() {
  source?.close(); // a telephone in a pocket asks for nothing
  if (!hints || timer) readNowAndThen();
  else if (!document.hidden) listen();
}

look();
document.addEventListener("visibilitychange", () => {
  look();
  renew();
});
