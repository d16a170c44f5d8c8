(() => {
  "use strict";
  const notice = document.getElementById("sending");
  if (!notice || !window.AbortSignal || !AbortSignal.timeout) return;
  const words = notice.dataset;
  const said = notice.querySelector("[data-said]"), count = notice.querySelector("[data-count]");
  const login = notice.querySelector("a"), change = notice.querySelector("button");
  const live = document.getElementById("live");
  const LONG = 30000, AGAIN = 3000, PATIENCE = 10000, LATER = [408, 429, 502, 503, 504];
  const FORMS = "main form[method=post]";
  let pending = null, cut = navigator.onLine ? null : Date.now(), told = "", aged = "", typed = false, state = "", timer = 0;

  // Since when nothing gets through, as far as a page knows that has no stream, or one that is silent.
  const since = () => cut !== null ? cut : live && live.dataset.state === "silent" ? Number(live.dataset.heard) : null;

  const show = () => {
    const from = since(), gone = from === null ? 0 : Date.now() - from, long = gone >= LONG;
    const is = told || (from === null ? pending ? "sending" : aged : (long ? "long" : "") + (pending ? "away" : "offline"));
    count.textContent = from === null ? "" : words.count.replace("{n}", Math.floor(gone / 1000));
    document.querySelectorAll(FORMS).forEach((each) => {
      const acts = each.closest("#acts");
      if (!acts) each.inert = pending !== null;
      each.querySelectorAll("button").forEach((button) => { button.disabled = long; });
    });
    document.querySelectorAll("#acts").forEach((each) => { each.inert = long || pending !== null; });
    if (is === state) return;
    state = is;
    notice.hidden = !is;
    said.textContent = told || (!is.startsWith("long") ? words[is] || aged : pending
      ? `${words.away} ${words.long} ${words.late}` : `${words.offline} ${words.long}`);
    if (login) login.hidden = told !== words.out;
    change.hidden = pending === null || from === null;
  };

  // What was typed is kept for a reload by what the service alone can open for this reader, see ADR 0041.
  const drafts = window.crypto && crypto.subtle && words.draft ? sessionStorage : null;
  const DRAFT = "careflow-draft ", KEPT = 3600000, CARD = /(?:\d[ -]?){13,19}/;
  const bytes = (text) => Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
  const text = (from) => btoa(String.fromCharCode(...new Uint8Array(from)));
  const key = drafts && crypto.subtle.importKey("raw", bytes(words.draft), "AES-GCM", false, ["encrypt", "decrypt"]);
  const asked = (form) => [...form.elements].filter((each) => each.name && !["hidden", "password", "submit"].includes(each.type));
  const forget = (name) => { if (drafts) drafts.removeItem(name); };
  const all = () => Object.keys(drafts || {}).filter((each) => each.startsWith(DRAFT));

  const place = (form) => {
    const { pathname, searchParams } = new URL(form.action);
    searchParams.delete("lang");
    const about = [...form.elements].filter((each) => each.type === "hidden" && !["key", "version"].includes(each.name));
    return `${DRAFT}${pathname}?${searchParams} ${about.map((each) => each.value)}`;
  };

  let saves = 0;
  const begun = new WeakMap();
  const save = async (form) => {
    const mine = ++saves, at = Date.now();
    if (!begun.has(form)) begun.set(form, at);
    const fields = asked(form).filter((each) => !CARD.test(each.value))
      .filter((each) => !["radio", "checkbox"].includes(each.type) || each.checked).map((each) => [each.name, each.value]);
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const what = new TextEncoder().encode(JSON.stringify({ fields, key: form.elements.key ? form.elements.key.value : "" }));
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await key, what);
    if (mine === saves) drafts.setItem(place(form), JSON.stringify({ at, begun: begun.get(form), who: words.who, iv: text(iv), sealed: text(sealed) }));
  };

  const restore = async (form) => {
    const name = place(form), { begun: from, iv, sealed } = JSON.parse(drafts.getItem(name));
    const opened = await crypto.subtle.decrypt({ name: "AES-GCM", iv: bytes(iv) }, await key, bytes(sealed)).catch(() => null);
    if (opened === null) { forget(name); return; }
    const draft = JSON.parse(new TextDecoder().decode(opened));
    asked(form).forEach((each) => {
      const given = draft.fields.filter(([field]) => field === each.name).map(([, value]) => value);
      if (["radio", "checkbox"].includes(each.type)) each.checked = given.includes(each.value);
      else if (given.length) each.value = given[0];
    });
    if (draft.key && form.elements.key) form.elements.key.value = draft.key;
    typed = true;
    begun.set(form, from);
    // What was typed minutes ago would count as of now: that stays on the page until it is sent.
    const minutes = Math.floor((Date.now() - from) / 60000);
    if (minutes > 0) aged = words.aged.replace("{n}", minutes); else told = words.restored;
    show();
  };

  const restoreAll = () => {
    all().forEach((name) => {
      const { at, who } = JSON.parse(drafts.getItem(name));
      if (who !== words.who || Date.now() - at > KEPT) forget(name);
    });
    document.querySelectorAll(FORMS).forEach((form) => { if (drafts && drafts.getItem(place(form))) restore(form); });
  };

  const leave = (there) => {
    typed = false;
    pending = null;
    const { href, pathname, search } = there;
    if (pathname + search !== location.pathname + location.search) { location.assign(href); return; }
    history.replaceState(null, "", href);
    location.reload();
  };

  // Sent as any form is: what answers is a page.
  const natively = ({ form, submitter }) => {
    typed = false;
    saves += 1;
    forget(place(form));
    if (submitter && submitter.name) {
      const chosen = Object.assign(document.createElement("input"), { type: "hidden", name: submitter.name, value: submitter.value });
      form.append(chosen);
    }
    if (!form.isConnected) { form.hidden = true; document.body.append(form); }
    HTMLFormElement.prototype.submit.call(form);
    setTimeout(() => { pending = null; show(); }, AGAIN);
  };

  // What came back is no success: the same form with what is wrong in it, or a page that says why.
  const refused = async (answer, what) => {
    pending = null;
    if (answer.status === 401) { told = words.out; return; }
    if (live) { pending = what; natively(what); return; }
    const read = new DOMParser().parseFromString(await answer.text(), "text/html");
    // Links are as seen from where this came from, not from where the reader is.
    for (const name of ["href", "action"]) {
      read.querySelectorAll(`main [${name}]`).forEach((each) => {
        if (each.getAttribute(name)[0] !== "#") each.setAttribute(name, new URL(each.getAttribute(name), answer.url).href);
      });
    }
    // What is wrong is gone to below; a browser that is asked by two says so.
    read.querySelectorAll("[autofocus]").forEach((each) => each.removeAttribute("autofocus"));
    const again = [...read.querySelectorAll(FORMS)].some((each) => each.action === what.form.action);
    if (again || !asked(what.form).length) {
      document.querySelector("main").replaceChildren(...read.querySelector("main").childNodes);
      const alert = document.querySelector("main [role=alert]");
      if (alert) { alert.tabIndex = -1; alert.focus(); }
      document.title = read.title;
    } else {
      const why = read.querySelector("main p");
      told = `${why ? why.textContent : ""} ${words.kept}`;
    }
  };

  // A form whose answer is a page is sent by the browser, once something has answered.
  const through = (what) => {
    const signal = AbortSignal.timeout(PATIENCE), how = { credentials: "same-origin", redirect: "manual", signal };
    if ("native" in what.form.dataset) return fetch(location.pathname + location.search, how);
    return fetch(what.form.action, { ...how, method: "POST", body: what.body, headers: { "Careflow-Sends": "1" } });
  };

  const send = async (what) => {
    let answer;
    try {
      answer = await through(what);
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
    const then = answer.headers.get("Careflow-Then");
    if ("native" in what.form.dataset) {
      if (answer.type === "opaqueredirect" || answer.status === 401) { pending = null; told = words.out; } else natively(what);
    } else if (then !== null) {
      saves += 1;
      forget(place(what.form));
      leave(new URL(then, answer.url));
    } else if (answer.ok || answer.type === "opaqueredirect") {
      natively(what);
    } else {
      await refused(answer, what);
    }
    show();
  };

  // The body is fixed when the button is pressed, and its key with it: however often it is sent, it is one request.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (new URL(form.action).pathname.endsWith("/logout")) { typed = false; all().forEach(forget); }
    if (!form.matches(FORMS)) return;
    event.preventDefault();
    if (pending) return;
    told = "";
    pending = { form, submitter: event.submitter, body: new URLSearchParams(new FormData(form, event.submitter)) };
    show();
    send(pending);
  });
  document.addEventListener("input", (event) => {
    const form = event.target.closest(FORMS);
    if (!form) return;
    typed = true;
    if (told === words.restored) { told = ""; show(); }
    if (drafts) save(form);
  });
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
  addEventListener("pageshow", (event) => { if (event.persisted) { pending = null; show(); } });
  addEventListener("beforeunload", (event) => { if (typed || pending) event.preventDefault(); });
  setInterval(show, 1000);
  restoreAll();
  show();
})();
