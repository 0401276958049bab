package watchlist_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bellhop/monitor/watchlist"
)

const secretive = `
accounts:
  - {name: a, client_id: A, client_secret: "${LEAK}"}
  - {name: t, kind: token, client_id: T, token_url: "http://127.0.0.1/${LEAK}", token_header: "X-Key: ${LEAK}"}
webhooks: [{endpoint: "https://example.com/${LEAK}", account: t, ping: true}]
report: {token: "${LEAK}"}
watchlist: {checks: [{name: k, schedule: "@every 1h", heartbeat: {key: "${LEAK}"}},
  {name: n, tcp: {host: "example.com:25", send: "${LEAK}", expect: "${LEAK}"}}, {name: b, http: {url: "https://example.com", headers: {Authorization: "${LEAK}"}, body: "${LEAK}"}}]}
receivers:
  - {name: c, slack: {webhook_url: "https://hooks.slack.com/services/${LEAK}"}}
  - {name: d, webhook: {url: "https://example.com/${LEAK}", secret: "whsec_${LEAK}", headers: {X-Key: "${LEAK}"}}}
heartbeat: {url: "https://example.com/${LEAK}"}
web: {token_file: token}
`

const leak = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// TestSecretsAreNeverShown ensures that a watchlist and its parts print without their secrets in any form,
// and still hold them.
func TestSecretsAreNeverShown(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "token"), []byte(leak), 0o600); err != nil {
		t.Fatal(err)
	}
	w, err := watchlist.Parse(filepath.Join(dir, "config.yaml"), []byte(secretive), watchlist.Options{
		Env: func(string) (string, bool) { return leak, true },
	})
	if err != nil {
		t.Fatal(err)
	}
	hidden := struct{ inner watchlist.Secret }{w.Receivers[1].Secret}
	for _, v := range []any{w, *w, w.Receivers, w.Receivers[0], w.Checks[0], *w.Checks[0], w.Web, w.Heartbeat, &w.Heartbeat, hidden, w.Report, w.Beats, w.Webhooks, w.Webhooks[0]} {
		text := fmt.Sprintf("%v %+v %#v %s %q %x", v, v, v, v, v, v)
		if strings.Contains(text, leak) || strings.Contains(text, fmt.Sprintf("%x", leak)) {
			t.Errorf("%T shows a secret", v)
		}
	}
	for _, v := range []any{w.Receivers, w.Web, w.Heartbeat, w.Report, w.Beats, w.Webhooks, map[string]watchlist.Secret{"a": w.Heartbeat}} {
		text, err := json.Marshal(v)
		if err != nil || strings.Contains(string(text), leak) || !strings.Contains(string(text), "[secret]") {
			t.Errorf("%T as JSON: %s, error %v", v, text, err)
		}
	}
	for name, s := range map[string]watchlist.Secret{
		"slack": w.Receivers[0].URL, "webhook": w.Receivers[1].URL, "secret": w.Receivers[1].Secret,
		"header": w.Receivers[1].Headers["X-Key"], "heartbeat": w.Heartbeat, "token": w.Web.Token, "report": w.Report.Token, "endpoint": w.Webhooks[0].Endpoint,
	} {
		if got, err := s.Reveal(); err != nil || !strings.HasSuffix(got, leak) || s.String() != "[secret]" {
			t.Errorf("%s: %q, error %v", name, got, err)
		}
	}
}

// TestSecretFile ensures that a file is read each time, and that its errors say why and not what.
func TestSecretFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	s := watchlist.SecretFile(path)
	if _, err := s.Reveal(); err == nil || strings.Contains(err.Error(), path) {
		t.Errorf("error %v", err)
	}
	for _, value := range []string{"one", "two"} {
		if err := os.WriteFile(path, []byte("\n"+value+"\r\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		got, changed, err := s.Dated()
		if got != value || err != nil || time.Since(changed) > time.Minute || changed.IsZero() {
			t.Errorf("value %q of %s, error %v", got, changed, err)
		}
	}
	for _, bad := range []string{" \n", strings.Repeat("x", 64<<10+1)} {
		if err := os.WriteFile(path, []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Reveal(); got != "" || err == nil {
			t.Errorf("%d bytes are taken", len(bad))
		}
	}
}

// TestWithoutSecrets ensures that a file can be checked where its secrets are not at hand, and that its other
// mistakes are found there too.
func TestWithoutSecrets(t *testing.T) {
	const data = `
accounts:
  - {name: a, client_id: "${ID}", client_secret: "${S}", code: "${C}", properties: ["${P}", "${P}"]}
  - {name: b, client_id: "${ID}", client_secret_file: nowhere, code: "${C}", type: "${T}"}
  - {name: t, kind: token, client_id: "${ID}", token_file: nowhere/at/all}
  - {name: u, kind: token, client_id: "${ID}", token_url: "${URL}", token_header: "${S}"}
  - {name: v, kind: token, client_id: "${ID}", token_url: "${URL}", token_header_file: nowhere}
  - {name: w, kind: refresh, client_id: "${ID}", client_secret: "${S}", refresh_token_file: nowhere}
  - {name: x, kind: "${K}", client_id: "${ID}", client_secret: "${S}"}
accounts_file: nowhere.yaml
report: {token_file: nowhere}
webhooks:
  - {name: a, endpoint: "${URL}", account: t, events: ["${E}", "${E}"], properties: ["${P}"]}
  - {name: b, endpoint_file: nowhere, account: "${A}", ping: "${F}"}
apaleo: {maintenance: "${M}"}
texts: {apaleo: "${T}"}
watchlist:
  include: [apaleo]
  modules: ["${M}", "${M}"]
  overrides: {api-edge: {every: "${T}", timeout: "${T}", slow: "${T}", off: "${F}", public: "${P}"}}
  checks:
    - {name: h, schedule: "${S}", heartbeat: {key: "${S}", grace: "${T}"}}
    - {name: i, schedule: "@every 1h", heartbeat: {key_file: nowhere}}
    - {name: j, title: "${T}", public: "${P}", dns: {name: "${N}", type: "${T}", server: "${S}", expect: ["${A}"]}}
    - {name: k, tcp: {host: "${HOST}", send: "${S}", expect: "${E}", tls: "${F}", ca_file: nowhere.pem}}
    - {name: c, account: a, timeout: "${T}", schedule: "${S}", http: {url: "${URL}", ca_file: nowhere.pem, follow_redirects: "${F}"}}
    - {name: "${N}", account: "${A}", http: {url: "https://${HOST}/", method: "${M}", expect: "${E}"}}
receivers:
  - {name: e, slack: {webhook_url: "${S}"}}
  - {name: f, webhook: {url_file: nowhere, secret: "${S}"}}
  - {name: g, webhook: {url: "https://example.com", secret_file: nowhere}}
`
	if _, err := watchlist.Parse("c", []byte(data), watchlist.Options{WithoutSecrets: true}); err != nil {
		t.Errorf("refused:\n%v", err)
	}
	_, err := watchlist.Parse("c", []byte(data+"web: {listen: nowhere}\n"), watchlist.Options{WithoutSecrets: true})
	if err == nil || strings.Count(err.Error(), "\n") != 0 || !strings.Contains(err.Error(), "web.listen") {
		t.Errorf("problems, want one about web.listen:\n%v", err)
	}
	if _, err := watchlist.Parse("c", []byte(data), watchlist.Options{}); err == nil || strings.Count(err.Error(), "\n") < 10 {
		t.Errorf("problems with secrets, want over ten:\n%v", err)
	}
}

// Checks whose whole address is in the environment are there without it too, each of its own.
func TestWithoutSecretsKeepsEveryCheck(t *testing.T) {
	list, err := watchlist.Parse("config.yaml", []byte(`
accounts:
  - {name: alpine, client_id: "${ALPINE_ID}", client_secret: "${ALPINE_SECRET}"}
  - {name: seaside, client_id: "${SEASIDE_ID}", client_secret: "${SEASIDE_SECRET}"}
watchlist:
  include: [apaleo]
  checks:
    - {name: shop, http: {url: "${SHOP_URL}"}}
    - {name: till, http: {url: "https://${TILL_HOST}/x"}}
    - {name: certificate, tls: {host: "${SHOP_HOST}"}}
    - {name: mail, tcp: {host: "${MAIL_HOST}"}}
`), watchlist.Options{WithoutSecrets: true})
	if err != nil {
		t.Fatal(err)
	}
	hosts, clients := map[string]string{}, map[string]bool{}
	for _, c := range list.Checks {
		if c.Own {
			hosts[c.Name] = c.Host
		}
		if c.Forced {
			clients[c.Client] = true
		}
	}
	if len(hosts) != 4 || hosts["shop"] == hosts["till"] || len(clients) != 2 {
		t.Errorf("hosts %v, clients %v", hosts, clients)
	}
}
