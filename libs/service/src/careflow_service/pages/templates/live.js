(() => {
  "use strict";
  const live = document.getElementById("live");
  if (!live || !window.EventSource) return;
  const words = live.dataset;
  const said = document.getElementById("heard");
  const pause = document.getElementById("pause");
  const SILENT = 12000;
  const ahead = Date.parse(words.now) - Date.now();
  const now = () => Date.now() + ahead;
  const time = (moment) => new Date(moment).toLocaleTimeString(document.documentElement.lang, {
    timeZone: words.zone, hour: "numeric", minute: "2-digit", second: "2-digit"
  });
  let mark = words.mark, heard = Date.now(), source = null, again = 0, state = "", asking = false, wanted = false;
  let paused = false, over = false;

  // A part in which somebody is stays as it is until they have left it: nothing moves the focus.
  const fresh = new Map();
  const put = (part) => {
    const html = fresh.get(part.id);
    if (html === undefined || part.contains(document.activeElement)) return;
    fresh.delete(part.id);
    const open = [...part.querySelectorAll("details[open][id]")].map((each) => each.id);
    if (part.innerHTML !== html) part.innerHTML = html;
    open.forEach((id) => part.querySelector(`#${id}`)?.setAttribute("open", ""));
  };
  document.addEventListener("focusout", () => setTimeout(() => document.querySelectorAll("[data-part]").forEach(put)));

  const load = async () => {
    if (asking) { wanted = true; return; }
    asking = true;
    try {
      const answer = await fetch(words.parts, { credentials: "same-origin", redirect: "error" });
      if (!answer.ok) throw new Error("refused");
      const read = new DOMParser().parseFromString(await answer.text(), "text/html");
      const parts = read.getElementById("parts");
      mark = parts.dataset.mark;
      // Links are as seen from where this came from, not from where the reader is.
      for (const name of ["href", "action"]) {
        parts.querySelectorAll(`[${name}]`).forEach((each) => {
          each.setAttribute(name, new URL(each.getAttribute(name), answer.url).href);
        });
      }
      parts.querySelectorAll("[data-part]").forEach((part) => {
        const here = document.getElementById(part.id);
        if (here) { fresh.set(part.id, part.innerHTML); put(here); }
      });
      words.loads = String(Number(words.loads || 0) + 1);
      show();
    } catch (away) {
      wanted = true;
    } finally {
      asking = false;
    }
    if (wanted && source && source.readyState === 1) { wanted = false; setTimeout(load, 1000); }
  };

  const open = () => {
    source = new EventSource(words.stream);
    source.addEventListener("beat", () => { heard = Date.now(); if (wanted) { wanted = false; load(); } show(); });
    source.addEventListener("changed", (event) => { heard = Date.now(); if (event.data !== mark) load(); show(); });
    source.addEventListener("over", () => { over = true; source.close(); show(); });
    source.onerror = () => {
      // What a browser does not try again by itself: an answer that was no stream.
      if (source.readyState === 2 && !over && !paused) { clearTimeout(again); again = setTimeout(open, 3000); }
    };
  };

  const show = () => {
    const is = over ? "over" : paused ? "paused" : Date.now() - heard > SILENT ? "silent" : "live";
    live.classList.toggle("stale", is !== "live");
    document.querySelectorAll("[data-due]").forEach((each) => {
      const due = Date.parse(each.dataset.due), minutes = Math.floor(Math.abs(due - now()) / 60000);
      each.textContent = (due <= now() ? words.late : words.left).replace("{n}", minutes);
      const line = each.closest(".due");
      if (line && line.classList.contains("clear") && due <= now()) { line.classList.replace("clear", "stop"); load(); }
    });
    words.state = is;
    words.heard = String(heard);
    if (is === state) return;
    state = is;
    said.textContent = words[is].replace("{time}", time(heard + ahead));
  };

  pause.hidden = false;
  pause.addEventListener("click", () => {
    paused = !paused;
    pause.setAttribute("aria-pressed", String(paused));
    if (paused) source.close(); else { over = false; heard = Date.now(); open(); load(); }
    show();
  });
  open();
  show();
  setInterval(show, 1000);
})();
