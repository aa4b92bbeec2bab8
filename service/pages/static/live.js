// Keeps the turnout fresh while somebody looks: reads the page again, which mostly has not changed, and takes over what is
// marked as live. Nothing here is needed: reading the page again does the same.

const SECONDS = 20;

async function renew() {
  if (document.hidden) return;
  try {
    const answer = await fetch(location.href);
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of document.querySelectorAll("[data-live]")) {
      const newer = fresh.getElementById(part.id);
      if (newer && newer.innerHTML !== part.innerHTML) part.replaceChildren(...newer.childNodes);
    }
  } catch {
    // Without a network the figures stay as they are.
  }
}

setInterval(renew, SECONDS * 1000);
document.addEventListener("visibilitychange", renew);
