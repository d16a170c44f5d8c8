(() => {
  "use strict";
  const all = document.getElementById("parts");
  if (!all) return;
  const again = document.getElementById("again");
  const places = [...all.querySelectorAll("[data-from]")];
  const ahead = Date.parse(all.dataset.now) - Date.now();
  const now = () => new Date(Date.now() + ahead).toLocaleTimeString(document.documentElement.lang, {
    timeZone: all.dataset.zone, hour: "numeric", minute: "2-digit"
  });
  const seen = new Map();

  // What is shown of a part, or why nothing is. Who is not logged in there is led away, which no page follows.
  const fetched = async (address) => {
    const answer = await fetch(address, {
      credentials: "same-origin", redirect: "manual", signal: AbortSignal.timeout(10000)
    });
    if (answer.type === "opaqueredirect") return { why: "login" };
    const read = new DOMParser().parseFromString(await answer.text(), "text/html");
    // Links are as seen from where this came from, not from where the reader is.
    for (const name of ["href", "action"]) {
      read.querySelectorAll(`[${name}]`).forEach((each) => {
        each.setAttribute(name, new URL(each.getAttribute(name), answer.url).href);
      });
    }
    const part = read.getElementById("part");
    if (answer.ok && part) return { part };
    if (answer.status === 403) return { why: "refused", part: read.getElementById("otherwise") };
    return { why: answer.status === 404 && read.querySelector("main") ? "unknown" : "silent" };
  };

  const load = async (place) => {
    const words = place.dataset;
    const said = place.querySelector("[data-said]");
    const shown = place.querySelector("[data-shown]");
    said.textContent = words.asked;
    const { why, part } = await fetched(words.from).catch(() => ({ why: "silent" }));
    place.querySelectorAll("[data-there]").forEach((way) => { way.hidden = why === "refused"; });
    const last = seen.get(place);
    shown.classList.toggle("stale", why === "silent");
    if (why !== "silent") {
      shown.replaceChildren(...(part ? part.childNodes : []));
      if (why) seen.delete(place); else seen.set(place, now());
    }
    said.textContent = !why ? "" : why === "silent" && last ? words.last.replace("{time}", last) : words[why];
  };

  const loadAll = async () => {
    again.disabled = true;
    await Promise.all(places.map(load));
    again.disabled = false;
  };

  again.hidden = false;
  again.addEventListener("click", loadAll);
  loadAll();
})();
