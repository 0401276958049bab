package command

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bellhop/monitor"
	"bellhop/monitor/apaleo/apaleotest"
	"bellhop/notify/slack/slacktest"
)

// What is planted: secrets of the operator's own, and what a guest's data look like in answers.
var planted = map[string]string{
	"client secret": "planted-client-7Qx&+:%", "Slack path": "planted-slack-Zk81", "webhook path": "planted-hook-path-Ui3",
	"webhook query": "planted-hook-query-Op4", "webhook header": "planted-hook-header-Lm5", "webhook key": "cGxhbnRlZC1zaWduaW5nLWtleS0wMTIzNDU2Nzg5",
	"web token": "planted-web-token-Rt6", "report token": "planted-report-token-Ws8", "wrong report token": "planted-stolen-token-Xx9",
	"push key": "planted-push-key-Aq11", "heartbeat path": "planted-beat-path-Bn12", "check's header": "planted-check-header-Vc13",
	"check's query": "planted-check-query-Fg14", "check's body": "planted-check-body-Hj15", "token of an answer": "planted.eyJ0b2tlbiI6.Kl16",
	"refresh token of an answer": "planted-refresh-Po17", "signature of a token": "planted-signature-Sx18", "refresh token": "planted-own-refresh-Dq19",
	"path of tokens": "planted-tokens-path-Fe20", "header for tokens": "planted-tokens-header-Gt21", "webhook endpoint": "planted-endpoint-Hb22",
	"bot token": "xoxb-planted-bot-token-Jk23", "routing key": "plantedroutingkeyLz240123456789a", "Alertmanager's path": "planted-am-path-Mc25",
	"Alertmanager's header": "planted-am-header-Nv26", "template's path": "planted-template-path-Bb27", "template's header": "planted-template-header-Qw28",

	"guest's name": "Annegret Plantermann", "guest's mail": "annegret@plantermann.example", "guest's card": "4111 1111 1111 1111",
	"guest's card without spaces": "5500005555555559", "guest's phone": "+49 170 5550199", "guest's booking": "XPGMSXGF-4711",
}

// guest is a body as apaleo's answers about bookings have.
func guest() string {
	return fmt.Sprintf(`{"id":%q,"primaryGuest":{"name":%q,"email":%q,"phone":%q,"card":%q},"card":%q,"access_token":%q,"refresh_token":%q}`,
		planted["guest's booking"], planted["guest's name"], planted["guest's mail"], planted["guest's phone"], planted["guest's card"],
		planted["guest's card without spaces"], planted["token of an answer"], planted["refresh token of an answer"])
}

// invalid is a 422 whose messages quote the guest. What DESIGN lets be kept of them has the word Kept.
func invalid() string {
	return fmt.Sprintf(`{"messages":["Kept: the mail %s of '%s' is not valid","Kept: card %s and %s cannot be charged, booking \"%s\""]}`,
		planted["guest's mail"], planted["guest's name"], strings.ReplaceAll(planted["guest's card"], " ", ""),
		planted["guest's card without spaces"], planted["guest's booking"])
}

// refusal is what an identity server says that tells too much.
func refusal() string {
	return fmt.Sprintf(`{"error":"invalid_client","error_description":"secret %s of %s is wrong","error_uri":"https://x/?%s"}`,
		planted["client secret"], planted["guest's name"], planted["guest's mail"])
}

// talkative answers with a status, and with guests in the body and in every header that somebody might read.
func talkative(status int, body string) apaleotest.Fault {
	f := apaleotest.Status(status).WithBody("application/json; name=\""+planted["guest's name"]+"\"", body)
	for _, name := range []string{
		"Location", "Server", "WWW-Authenticate", "Apaleo-Tracking-Id", "X-Rate-Limit-Limit", "X-Rate-Limit-Remaining", "X-Rate-Limit-Reset",
		"Retry-After", "Set-Cookie", "ETag", "X-Guest", "Warning",
	} {
		f = f.WithHeader(name, "https://x/"+planted["guest's mail"]+" "+planted["guest's name"]+" "+planted["guest's card"])
	}
	return f
}

// A vault is a place whose configuration is full of secrets.
type vault struct {
	*place
	trap *trap
	at   string // of the trap
	key  string // of the reported hotel
	out  strings.Builder
}

func newVault(t *testing.T) *vault {
	v := &vault{place: newPlace(t), trap: &trap{bearers: map[string]bool{}}}
	s := httptest.NewServer(v.trap)
	t.Cleanup(s.Close)
	v.at = s.URL
	v.apaleo.Change("ALPN", func(a *apaleotest.Account) { a.ClientSecret = planted["client secret"] })
	v.write("secret", planted["client secret"])
	v.write("token", planted["web token"])
	v.write("seaside", jwt())
	v.write("hilltop", planted["refresh token"])
	v.more = v.settings()
	channel := httptest.NewServer(v.slack)
	t.Cleanup(channel.Close)
	v.configure(fmt.Sprintf("{name: ops, slack: {webhook_url: %q}}, {name: pager, webhook: {url: %q, secret: whsec_%s, headers: {X-Key: %q}}}, ",
		channel.URL+"/services/T/B/"+planted["Slack path"], v.at+"/hook/"+planted["webhook path"]+"?key="+planted["webhook query"],
		planted["webhook key"], planted["webhook header"]) + v.receivers())
	v.write("config.yaml", strings.Replace(v.read("config.yaml"), "include: [apaleo]}", "include: [apaleo], checks: ["+v.checks()+"]}", 1))
	v.write("config.yaml", strings.Replace(v.read("config.yaml"), "accounts:\n", "accounts:\n"+v.accounts(), 1))
	v.write("config.yaml", strings.Replace(v.read("config.yaml"), `web: {`, `web: {token_file: token, `, 1))
	return v
}

// receivers are of the kinds beside an incoming webhook of Slack's and a webhook.
func (v *vault) receivers() string {
	return fmt.Sprintf("{name: bot, slack: {token: %q, channel: C0123ABCD, api: %q}}, {name: duty, pagerduty: {routing_key: %q, url: %q}}, "+
		"{name: alerts, alertmanager: {url: %q, headers: {X-Key: %q}}}, {name: chat, template: {url: %q, use: discord, headers: {X-Key: %q}}}",
		planted["bot token"], v.at+"/slack/api/", planted["routing key"], v.at+"/duty", v.at+"/am/"+planted["Alertmanager's path"],
		planted["Alertmanager's header"], v.at+"/chat/"+planted["template's path"], planted["template's header"])
}

func (v *vault) settings() string {
	return fmt.Sprintf("heartbeat: {url: %q}\nreport: {token: %q}\nwebhooks: [{endpoint: %q, account: seaside, ping: true}]\n",
		v.at+"/beat/"+planted["heartbeat path"], planted["report token"], v.at+"/broken/"+planted["webhook endpoint"])
}

// accounts are of every kind beside the one that asks for tokens itself.
func (v *vault) accounts() string {
	return fmt.Sprintf("  - {name: seaside, kind: token, code: SEAS, client_id: APP, token_file: seaside}\n"+
		"  - {name: lakeside, kind: token, code: LAKE, client_id: APP, token_url: %q, token_header: \"X-Key: %s\"}\n"+
		"  - {name: hilltop, kind: refresh, code: HILL, client_id: OWN, client_secret: %q, refresh_token_file: hilltop}\n",
		v.at+"/"+planted["path of tokens"], planted["header for tokens"], planted["client secret"])
}

// jwt is a token that a guest is named in, which a token of apaleo's never is.
func jwt() string {
	claims := fmt.Sprintf(`{"account_code":"SEAS","scope":"x","name":%q,"email":%q}`, planted["guest's name"], planted["guest's mail"])
	part := base64.RawURLEncoding.EncodeToString
	return part([]byte(`{"alg":"none"}`)) + "." + part([]byte(claims)) + "." + planted["signature of a token"]
}

func (v *vault) checks() string {
	var all []string
	for _, path := range []string{"moved", "broken", "wrong"} {
		all = append(all, fmt.Sprintf(`{name: own-%s, schedule: "@every 1s", http: {url: %q, method: POST, headers: {X-Key: %q}, body: %q, expect: "status == 200 && json.ok"}}`,
			path, v.at+"/"+path+"?key="+planted["check's query"], planted["check's header"], planted["check's body"]))
	}
	return strings.Join(append(all,
		fmt.Sprintf(`{name: own-bearer, schedule: "@every 1s", account: alpine-hotels, http: {url: %q}}`, v.at+"/bearer"),
		fmt.Sprintf(`{name: own-beat, schedule: "@every 1s", heartbeat: {key: %q}}`, planted["push key"])), ", ")
}

func (v *vault) read(name string) string {
	text, err := os.ReadFile(filepath.Join(v.dir, name))
	if err != nil {
		v.Fatal(err)
	}
	return string(text)
}

// run keeps what a command says.
func (v *vault) run(args ...string) string {
	text, _ := v.says(args...)
	fmt.Fprintf(&v.out, "\n$ bellhop %s\n%s", strings.Join(args, " "), text)
	return text
}

// post sends a body to the daemon, with a token or without, and keeps the answer.
func (v *vault) post(r *running, path, token, body string) {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, r.Page+path, strings.NewReader(body))
	if err != nil {
		v.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		v.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := io.Copy(&v.out, resp.Body); err != nil {
		v.Fatal(err)
	}
}

// pages keeps what the daemon shows.
func (v *vault) pages(r *running) {
	paths := []string{
		"/", "/public.json", "/metrics", "/livez?verbose", "/readyz?verbose", "/api/v1/status", "/api/v1/incidents", "/api/v1/deliveries?limit=1000", "/api/v1/hotels",
		"/ledger", "/silences", "/api/v1/silences",
	}
	var list struct{ Incidents []monitor.Incident }
	if err := json.Unmarshal([]byte(r.get("/api/v1/incidents?limit=50")), &list); err != nil {
		v.Fatal(err)
	}
	for _, i := range list.Incidents {
		paths = append(paths, "/incidents/"+i.ID, "/api/v1/incidents/"+i.ID, "/api/v1/incidents/"+i.ID+"/evidence")
	}
	for _, path := range paths {
		fmt.Fprintf(&v.out, "\nGET %s\n%s", path, r.get(path))
	}
}

// commands keeps what the command line says.
func (v *vault) commands() {
	v.run("validate")
	v.run("validate", "--json")
	v.run("outbox", "--all", "--json")
	v.run("outbox", "--told", "--json")
	v.run("outbox", "--told")
	v.run("evidence", "last")
	v.run("evidence", "last", "--json")
	v.run("healthcheck", "--json")
	for _, check := range v.known() {
		v.run("explain", check, "--json")
		v.run("explain", check)
	}
}

// known are the names of the checks.
func (v *vault) known() []string {
	var p Probed
	if err := json.Unmarshal([]byte(v.run("probe", "--json")), &p); err != nil {
		v.Fatal(err)
	}
	var all []string
	for _, r := range p.Checks {
		all = append(all, string(r.Check))
	}
	return all
}

// files is every byte that the daemon wrote.
func (v *vault) files() string {
	var all strings.Builder
	entries, err := os.ReadDir(v.dir)
	if err != nil {
		v.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "bellhop.db") && e.Type().IsRegular() {
			all.WriteString(v.read(e.Name()))
		}
	}
	return all.String()
}

// sees waits until explain says of a check what the trouble of the moment does to it.
func (v *vault) sees(check, what string) {
	v.Helper()
	v.until(check+" sees "+what, func() bool {
		text, _ := v.says("explain", check, "--json")
		return strings.Contains(text, what)
	})
}

// TestPlantedSecrets ensures that secrets, and what of guests comes in answers, are in no message, page, metric,
// log, command's answer or byte of the database, in whatever form, through an outage, refused credentials, refused
// requests, receivers that tell too much, reports and a configuration with mistakes in it.
func TestPlantedSecrets(t *testing.T) {
	t.Parallel()
	v := newVault(t)
	r := v.start(func(w *World) { w.Args = append(w.Args, "--log-format", "json") })
	v.until("all is well", func() bool { return v.state("api-edge") == "up" && v.state("inventory@alpine-hotels") == "up" })
	v.until("the tokens are known", func() bool { _, b := v.trap.received(); return len(b) > 0 })
	v.reports(r)
	v.outage()
	v.pages(r)
	v.commands()
	v.refusals()
	v.pages(r)
	v.commands()
	v.mistakes(r)
	r.halt()
	v.commands()

	told, bearers := v.trap.received()
	words := maps.Clone(planted)
	for n, b := range bearers {
		words[fmt.Sprint("token ", n)] = b
	}
	h, keys := newHunt(words), newHunt(map[string]string{"hotel's key": v.key})
	var slack strings.Builder
	for _, p := range v.slack.Posts() {
		slack.Write(p.Raw)
	}
	for where, text := range map[string]string{
		"the webhook's messages": told, "Slack's messages": slack.String(), "the log": r.log.String(), "the database": v.files(), "pages and commands": v.out.String(),
	} {
		if text == "" {
			t.Errorf("%s: nothing was looked at", where)
		}
		found := h.in(text)
		if where == "the log" || strings.HasSuffix(where, "messages") {
			found = append(found, keys.in(text)...) // which only the operator sees, who hands it out
		}
		for _, f := range found {
			t.Errorf("in %s there is the %s", where, f)
		}
	}
	for _, kept := range []string{"Kept: the mail", "cannot be charged", "Tracking id", "TIMELINE (UTC)", "invalid_client"} {
		if !strings.Contains(v.out.String(), kept) {
			t.Errorf("%q is nowhere: what was to be looked through is not there", kept)
		}
	}
}

// reports are taken and refused, with what they must not hold.
func (v *vault) reports(r *running) {
	at := time.Now().UTC().Format(time.RFC3339)
	v.post(r, "/api/v1/report", planted["report token"], `{"id":"1","accounts":[{"account":"BLTC","name":"Baltic","requests":{"booking":{"200":9}},"token":{"at":"`+at+`","result":"invalid_grant"}}]}`)
	v.until("the hotel has a key", func() bool {
		var list struct{ Hotels []struct{ Key string } }
		if err := json.Unmarshal([]byte(r.get("/api/v1/hotels")), &list); err != nil || len(list.Hotels) == 0 {
			return false
		}
		v.key = list.Hotels[0].Key
		return v.key != ""
	})
	v.post(r, "/api/v1/report", planted["wrong report token"], `{"id":"2","accounts":[]}`)
	for _, body := range []string{guest(), `{"id":"3","accounts":[` + guest() + `]}`, `{"id":"4","accounts":[{"account":"BLTC","requests":{"booking":` + guest() + `}}]}`, "broken " + guest()} {
		v.post(r, "/api/v1/report", planted["report token"], body)
	}
	said := v.out.String()
	v.post(r, "/api/v1/report", planted["report token"], fmt.Sprintf(`{"id":"5","accounts":[],%q:1}`, planted["guest's mail"]))
	v.out.Reset() // who sends a key is told which one is not known, and nobody else is
	v.out.WriteString(said)
	v.post(r, "/api/v1/beat/"+planted["push key"], "", "")
	v.post(r, "/api/v1/beat/"+planted["push key"]+"/fail", "", guest())
}

// outage has apaleo answer with guests while the receivers refuse, and tells it then.
func (v *vault) outage() {
	v.trap.set(true)
	v.slack.Always(slacktest.Fault{Status: http.StatusNotFound, Body: "no_service " + planted["Slack path"] + guest()})
	// The older fault is the one with a tracking id that may be kept.
	end := v.apaleo.Fault(apaleotest.Status(500).WithBody("application/json", guest()).On(apaleotest.API))
	v.sees("api-edge", "inc_")
	worse := v.apaleo.Fault(talkative(503, guest()).On(apaleotest.API).At("/account"))
	v.sees("account@alpine-hotels", `"status": 503`)
	v.until("the receivers refuse it", func() bool { return strings.Count(v.run("outbox", "--json"), `"last_status": 404`) >= 2 })
	v.run("test-alert", "pager")
	for _, receiver := range []string{"ops", "bot", "duty", "alerts", "chat"} {
		v.run("test-alert", receiver, "--json")
	}
	v.run("test-alert", "bot")
	v.trap.set(false)
	v.slack.Always(slacktest.Fault{})
	v.run("outbox", "retry")
	v.until("it is told", func() bool {
		told, _ := v.trap.received()
		return strings.Contains(told, "incident.opened") && strings.Contains(told, "to the bot") && strings.Contains(told, "to the duty") &&
			strings.Contains(told, "to the alerts") && strings.Contains(told, "to the chat") && len(v.slack.Posts()) > 0
	})
	v.run("evidence", "last")
	worse.Clear()
	end.Clear()
	v.until("it is over", func() bool { return v.state("api-edge") == "up" })
}

// refusals has apaleo refuse what is asked, in words that tell too much.
func (v *vault) refusals() {
	all := []*apaleotest.Active{
		v.apaleo.Fault(talkative(422, invalid()).On(apaleotest.API).At("/inventory")),
		v.apaleo.Fault(talkative(403, guest()).On(apaleotest.API).At("/account")),
		v.apaleo.Fault(talkative(302, guest()).On(apaleotest.Webhook)),
	}
	v.sees("inventory@alpine-hotels", "Kept: the mail")
	v.sees("account@alpine-hotels", `"status": 403`)
	v.sees("webhook-api-edge", `"status": 302`)
	v.run("explain", "inventory@alpine-hotels")
	all = append(all, v.apaleo.Fault(talkative(400, refusal()).On(apaleotest.Identity).At("/connect/token")))
	all[1].Clear()
	v.apaleo.RevokeTokens("ALPN")
	v.sees("account@alpine-hotels", "invalid_client")
	v.commands()
	for _, f := range all {
		f.Clear()
	}
}

// mistakes has a configuration refused whose mistakes are beside its secrets, or in them.
func (v *vault) mistakes(r *running) {
	good := v.read("config.yaml")
	v.write("config.yaml", good+fmt.Sprintf("acounts: [%q]\n", planted["client secret"]))
	v.run("validate")
	v.write("config.yaml", strings.NewReplacer(
		"webhook_url: ", "webhook_url: [1], webhok_url: ", "secret: whsec_", "secret: whsec_!", "report: {token: ", "report: {tokn: ",
		"heartbeat: {key: ", "heartbeat: {key: a, kye: ", v.at+"/beat/", "ftp://x/",
	).Replace(good))
	v.run("validate", "--json")
	r.hangups <- os.Interrupt
	v.until("it is refused", func() bool { return strings.Contains(r.get("/"), "was not taken") })
	v.pages(r)
	v.write("config.yaml", good)
}
