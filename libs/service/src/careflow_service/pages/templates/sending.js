(() => {
  "use strict";
  const notice = document.getElementById("sending");
  if (!notice || !window.AbortSignal || !AbortSignal.timeout) return;
  const words = notice.dataset;
  const said = notice.querySelector("[data-said]"), count = notice.querySelector("[data-count]");
  const login = notice.querySelector("a"), change = notice.querySelector("button");
  const live = document.getElementById("live");
  const LONG = 30000, AGAIN = 3000, PATIENCE = 10000, LATER = [408, 429, 502, 503, 504];
  let pending = null, cut = navigator.onLine ? null : Date.now(), told = "", typed = false, state = "", timer = 0;

  // Since when nothing gets through, as far as a page knows that has no stream, or one that is silent.
  const since = () => cut !== null ? cut : live && live.dataset.state === "silent" ? Number(live.dataset.heard) : null;

  const show = () => {
    const from = since(), gone = from === null ? 0 : Date.now() - from, long = gone >= LONG;
    const is = told || (from === null ? pending ? "sending" : "" : (long ? "long" : "") + (pending ? "away" : "offline"));
    count.textContent = from === null ? "" : words.count.replace("{n}", Math.floor(gone / 1000));
    document.querySelectorAll("form[data-then]").forEach((each) => {
      const acts = each.closest("#acts");
      if (!acts) each.inert = pending !== null;
      each.querySelectorAll("button").forEach((button) => { button.disabled = long; });
    });
    document.querySelectorAll("#acts").forEach((each) => { each.inert = long || pending !== null; });
    if (is === state) return;
    state = is;
    notice.hidden = !is;
    said.textContent = told || (!is.startsWith("long") ? words[is] || "" : pending
      ? `${words.away} ${words.long} ${words.late}` : `${words.offline} ${words.long}`);
    login.hidden = told !== words.out;
    change.hidden = pending === null || from === null;
  };

  const leave = (there) => {
    typed = false;
    pending = null;
    const { pathname, search } = new URL(there, location.href);
    if (pathname + search === location.pathname + location.search) location.reload(); else location.assign(there);
  };

  // What came back is no success: the same form with what is wrong in it, a page that says why, or a page beside this one.
  const refused = async (answer, { form }) => {
    pending = null;
    const read = new DOMParser().parseFromString(await answer.text(), "text/html");
    const again = read.querySelector("main form[data-then]");
    if (answer.status === 401) {
      told = words.out;
    } else if (form.closest("#acts")) {
      typed = false;
      if (!form.isConnected) { form.hidden = true; document.body.append(form); }
      HTMLFormElement.prototype.submit.call(form);
    } else if (again && again.getAttribute("action") === form.getAttribute("action")) {
      document.querySelector("main").replaceChildren(...read.querySelector("main").childNodes);
      const alert = document.querySelector("main [role=alert]");
      if (alert) { alert.tabIndex = -1; alert.focus(); }
    } else {
      const why = read.querySelector("main p");
      told = `${why ? why.textContent : ""} ${words.kept}`;
    }
  };

  const send = async (what) => {
    let answer;
    try {
      answer = await fetch(what.form.action, {
        method: "POST", body: what.body, credentials: "same-origin", redirect: "manual", signal: AbortSignal.timeout(PATIENCE)
      });
      if (LATER.includes(answer.status)) throw new Error("later");
    } catch (away) {
      if (pending !== what) return;
      if (cut === null) cut = Date.now();
      timer = setTimeout(send, AGAIN, what);
      show();
      return;
    }
    if (pending !== what) return;
    cut = null;
    if (answer.type === "opaqueredirect") leave(what.form.dataset.then); else await refused(answer, what);
    show();
  };

  // The body is fixed when the button is pressed, and its key with it: however often it is sent, it is one request.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form[data-then]")) return;
    event.preventDefault();
    if (pending) return;
    told = "";
    pending = { form, body: new URLSearchParams(new FormData(form, event.submitter)) };
    show();
    send(pending);
  });
  document.addEventListener("input", (event) => { if (event.target.closest("form[data-then]")) typed = true; });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (link && !link.target && link.getAttribute("href")[0] !== "#" && since() !== null) { event.preventDefault(); show(); }
  });
  change.addEventListener("click", () => { clearTimeout(timer); pending = null; if (navigator.onLine) cut = null; show(); });
  addEventListener("offline", () => { if (cut === null) cut = Date.now(); show(); });
  addEventListener("online", () => {
    if (!pending) cut = null; else { clearTimeout(timer); send(pending); }
    show();
  });
  addEventListener("beforeunload", (event) => { if (typed || pending) event.preventDefault(); });
  setInterval(show, 1000);
  show();
})();
