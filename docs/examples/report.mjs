// node report.mjs
const at = (seconds) => new Date(Date.now() + seconds * 1000).toISOString();
const report = {
  id: crypto.randomUUID(), covers: "60s", accounts: [{
    account: "ALPN", name: "Hotel Alpenrose",
    requests: {booking: {200: 41, 502: 3, timeout: 1}, inventory: {200: 7}},
    token: {at: at(-600), result: "ok", expires: at(3000), scopes: ["reservations.read", "setup.read"]},
    webhooks: {last_healthcheck: at(-40), last_event: at(-300), events: 17},
  }],
};
const answer = await fetch(process.env.BELLHOP_URL + "/api/v1/report", {
  method: "POST", body: JSON.stringify(report), signal: AbortSignal.timeout(10000),
  headers: {"Authorization": "Bearer " + process.env.BELLHOP_REPORT_TOKEN, "Content-Type": "application/json"},
});
console.log(answer.status, await answer.text());
