(() => {
  const zone = () => document.querySelectorAll("time").forEach((t) => {
    t.title = new Date(t.dateTime).toLocaleString(undefined, {dateStyle: "medium", timeStyle: "long"});
  });
  const busy = () => document.activeElement.matches("input") || document.querySelector("#live .problem")
    || Array.from(document.querySelectorAll("#live form[method=post] input")).some(
      (i) => i.type === "radio" ? i.checked !== i.defaultChecked : i.value !== i.defaultValue);
  const swap = (text) => {
    if (busy()) { return; }
    const next = new DOMParser().parseFromString(text, "text/html"), live = next.getElementById("live");
    document.querySelectorAll("details").forEach((d) => {
      const same = next.getElementById(d.id);
      if (same) { same.open = d.open; }
    });
    const at = document.activeElement, href = at.getAttribute("href"), within = at.closest("details");
    document.getElementById("live").replaceWith(live);
    document.title = next.title;
    document.querySelector("link[rel=icon]").href = next.querySelector("link[rel=icon]").href;
    zone();
    const again = Array.from(document.links).find((a) => a.getAttribute("href") === href)
      || document.querySelector(within ? "#" + CSS.escape(within.id) + " summary" : null);
    if (again) { again.focus({preventScroll: true}); }
  };
  const ask = () => fetch(location.href, {cache: "no-cache"})
    .then((r) => r.ok ? r.text() : Promise.reject(r.status)).then(swap)
    .then(() => { document.getElementById("lost").hidden = true; },
      () => { document.getElementById("lost").hidden = false; });
  zone();
  setInterval(ask, 30000);
})();
