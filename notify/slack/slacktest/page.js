"use strict";
(() => {
  const part = (at, options) => new Intl.DateTimeFormat(undefined, options).format(at);
  const sameDay = (a, b) => a.toDateString() === b.toDateString();
  const pretty = (at, otherwise) => {
    const now = new Date(), day = 864e5;
    if (sameDay(at, now)) return "today";
    if (sameDay(at, new Date(now - day))) return "yesterday";
    if (sameDay(at, new Date(+now + day))) return "tomorrow";
    return otherwise;
  };
  const date = (at) => part(at, { year: "numeric", month: "long", day: "numeric" });
  const short = (at) => part(at, { year: "numeric", month: "short", day: "numeric" });
  const long = (at) => part(at, { weekday: "long", year: "numeric", month: "long", day: "numeric" });
  const ago = (at) => {
    const s = Math.max(0, (Date.now() - at) / 1000);
    const [n, unit] = s < 60 ? [0, ""] : s < 3600 ? [s / 60, "minute"] : s < 86400 ? [s / 3600, "hour"] : [s / 86400, "day"];
    return unit === "" ? "just now" : Math.floor(n) + " " + unit + (n >= 2 ? "s" : "") + " ago";
  };
  const tokens = {
    date_num: (at) => [at.getFullYear(), at.getMonth() + 1, at.getDate()].map((n) => String(n).padStart(2, "0")).join("-"),
    date, date_short: short, date_long: long,
    date_pretty: (at) => pretty(at, date(at)),
    date_short_pretty: (at) => pretty(at, short(at)),
    date_long_pretty: (at) => pretty(at, long(at)),
    day_divider_pretty: (at) => pretty(at, part(at, { weekday: "long", month: "long", day: "numeric" })),
    time: (at) => part(at, { hour: "numeric", minute: "2-digit" }),
    time_secs: (at) => part(at, { hour: "numeric", minute: "2-digit", second: "2-digit" }),
    ago,
  };
  const capital = (s) => s.charAt(0).toUpperCase() + s.slice(1);
  const localize = (root) => {
    for (const el of root.querySelectorAll("time[data-unix]")) {
      const at = new Date(Number(el.dataset.unix) * 1000);
      if (Number.isNaN(+at)) continue;
      if (!el.title) el.title = el.textContent;
      const said = el.dataset.format.replace(/\{(\w+)\}/g, (all, name) => (Object.hasOwn(tokens, name) ? tokens[name](at) : all));
      el.textContent = el.className === "" ? capital(said) : said;
    }
  };
  const timeline = document.getElementById("timeline");
  const toEnd = () => { timeline.scrollTop = timeline.scrollHeight; };
  localize(document);
  if (!location.hash) toEnd();
  if (!location.protocol.startsWith("http")) return;
  let tag = "", last = document.documentElement.dataset.version;
  const show = (text) => {
    const next = new DOMParser().parseFromString(text, "text/html");
    if (next.documentElement.dataset.version === last) return;
    last = next.documentElement.dataset.version;
    const closed = new Set([...timeline.querySelectorAll("details:not([open])")].map((d) => d.id));
    const had = new Set([...timeline.querySelectorAll(".message")].map((m) => m.dataset.version));
    const atEnd = timeline.scrollHeight - timeline.scrollTop - timeline.clientHeight < 80;
    const fresh = next.getElementById("timeline");
    localize(fresh);
    for (const d of fresh.querySelectorAll("details")) d.open = !closed.has(d.id);
    for (const m of fresh.querySelectorAll(".message")) if (!had.has(m.dataset.version)) m.classList.add("fresh");
    timeline.replaceChildren(...fresh.childNodes);
    if (atEnd) toEnd();
  };
  const look = async () => {
    try {
      const r = await fetch(location.pathname, { cache: "no-store", headers: tag ? { "If-None-Match": tag } : {} });
      if (r.status === 200) { tag = r.headers.get("ETag") || ""; show(await r.text()); }
    } catch { /* the workspace is gone: what was seen stays */ }
    setTimeout(look, 1000);
  };
  setTimeout(look, 1000);
})();
