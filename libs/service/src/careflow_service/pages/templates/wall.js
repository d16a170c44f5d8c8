(() => {
  "use strict";
  const wall = document.getElementById("wall");
  if (!wall) return;
  const words = wall.dataset;
  const said = document.getElementById("heard");
  const every = Number(words.seconds) * 1000, SILENT = 2.5 * every;
  const ahead = Date.parse(words.now) - Date.now();
  const time = (moment) => new Date(moment + ahead).toLocaleTimeString(document.documentElement.lang, {
    timeZone: words.zone, hour: "numeric", minute: "2-digit"
  });
  let heard = Date.now(), asking = false;

  const load = async () => {
    if (asking) return;
    asking = true;
    const asked = Date.now();
    try {
      const answer = await fetch(words.from, {
        credentials: "same-origin", redirect: "manual", signal: AbortSignal.timeout(every)
      });
      // Whoever is asked to log in again is led there; where nobody answers the page stays, and says so.
      if (answer.type === "opaqueredirect") { location.reload(); return; }
      const read = answer.ok && new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("wall");
      if (!read) return;
      document.getElementById("shown").replaceWith(read.querySelector("#shown"));
      words.loads = String(Number(words.loads || 0) + 1);
      heard = asked;
    } catch (away) {
      // Said by the time that passes.
    } finally {
      asking = false;
      show();
    }
  };

  const show = () => {
    const silent = Date.now() - heard > SILENT;
    if (silent === wall.classList.contains("stale")) return;
    wall.classList.toggle("stale", silent);
    said.textContent = silent ? words.silent.replace("{time}", time(heard)) : "";
  };

  setInterval(load, every);
  setInterval(show, 1000);
})();
