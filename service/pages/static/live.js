// Keeps what is marked as live fresh while somebody looks: reads the page again and takes over those parts. Nothing here is
// needed: reading the page again does the same, and a part says when it was read where that matters.

const SECONDS = 20;

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

setInterval(renew, SECONDS * 1000);
document.addEventListener("visibilitychange", renew);
