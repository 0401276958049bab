package watchlist_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"bellhop/monitor"
	"bellhop/monitor/apaleo"
	"bellhop/monitor/watchlist"
)

const shipped = "../../config.yaml"

// TestShippedConfig ensures that the file that ships works as it is, without any credentials.
func TestShippedConfig(t *testing.T) {
	w, err := watchlist.Load(shipped, watchlist.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var names, want []string
	for _, c := range w.Checks {
		names = append(names, c.Name)
	}
	for _, e := range apaleo.Entries() {
		if !e.PerAccount && !e.Optional {
			want = append(want, e.Name)
		}
	}
	if !slices.Equal(names, want) {
		t.Errorf("checks %v, want the platform's %v", names, want)
	}
	if len(w.Receivers) != 0 || len(w.Controls) != 3 || w.Heartbeat.IsSet() || w.Web.Token.IsSet() || w.Web.Public != "" {
		t.Errorf("receivers %v, controls %v, heartbeat %v, web %+v", w.Receivers, w.Controls, w.Heartbeat, w.Web)
	}
	if w.Store.Path != "../../bellhop.db" || w.Web.Listen != "127.0.0.1:8080" || w.Apaleo.Hosts != apaleo.RealHosts() || w.Pace != monitor.RealPace() {
		t.Errorf("store %+v, web %+v, apaleo %+v, pace %+v", w.Store, w.Web, w.Apaleo, w.Pace)
	}
}

// TestContainerConfig ensures that the file in the container image works too.
func TestContainerConfig(t *testing.T) {
	w, err := watchlist.Load("../../deploy/container/config.yaml", watchlist.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if w.Store.Path != "/data/bellhop.db" {
		t.Errorf("store %+v", w.Store)
	}
}

// switchedOff is a # before a setting: prose has one space after it, and text.
var switchedOff = regexp.MustCompile(`(?m)^( *)#((?:  |[^ \n]).*)$`)

// examples is the file that ships with all that is switched off in it switched on.
func examples(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile(shipped)
	if err != nil {
		t.Fatal(err)
	}
	all := switchedOff.ReplaceAllString(string(data), "$1$2")
	if strings.Count(all, "\n#") >= strings.Count(string(data), "\n#") {
		t.Fatal("nothing was switched on")
	}
	return all
}

func environment(name string) (string, bool) {
	v, ok := map[string]string{
		"APALEO_CLIENT_ID": "ALPN-SP-BELLHOP", "APALEO_CONNECT_ID": "STOR-AC-BELLHOP", "APALEO_CONNECT_SECRET": "s3cret",
		"TOKENS_KEY": "k3y", "HOOK_PATH": "p4th", "EXPORT_KEY": "0123456789abcdef",
		"BELLHOP_WEBHOOK_SECRET": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "TEAM_KEY": "t3am",
		"SLACK_URL": "https://hooks.slack.com/services/T0/B0/s3cret", "ALERTMANAGER_AUTH": "Bearer s3cret",
	}[name]
	return v, ok
}

// TestShippedExamples ensures that all settings that the file documents are right, by switching them all on.
// Only the files they name are not there.
func TestShippedExamples(t *testing.T) {
	w, err := watchlist.Parse("config.yaml", []byte(examples(t)), watchlist.Options{Env: environment, WithoutSecrets: true})
	if err != nil {
		t.Fatal(err)
	}
	plain, err := watchlist.Load(shipped, watchlist.Options{})
	if err != nil {
		t.Fatal(err)
	}
	d := watchlist.Diff(plain, w)
	wantAdded := []string{
		"booking-engine@alpine-hotels", "connect-client@store-app", "mail", "nightly-export", "opening-hours",
		"webhook-receiver", "webhook-subscription@seaside", "website-certificate", "website-name",
	}
	for _, account := range []string{"alpine-hotels", "hilltop", "lakeside", "seaside"} {
		for _, entry := range []string{"account", "auth-token", "booking", "finance", "inventory"} {
			wantAdded = append(wantAdded, entry+"@"+account)
		}
	}
	slices.Sort(wantAdded)
	if !slices.Equal(d.Checks.Added, wantAdded) || !slices.Equal(d.Checks.Removed, []string{"tls-webhook"}) || !slices.Equal(d.Checks.Changed, []string{"token-edge"}) {
		t.Errorf("checks %+v, want these added: %v", d.Checks, wantAdded)
	}
	if want := []string{"archive", "chat", "on-call", "ops", "own-file", "own-form", "pager", "prometheus", "team"}; !slices.Equal(d.Receivers.Added, want) {
		t.Errorf("receivers %+v, want these added: %v", d.Receivers, want)
	}
	// what is switched off is the default, but for what has none
	if want := []string{"heartbeat keys", "maintenance", "report", "still_watching", "store", "texts", "webhooks", "web"}; !slices.Equal(d.Settings, want) {
		t.Errorf("settings %v differ from the defaults, want %v", d.Settings, want)
	}
	kinds := map[string]watchlist.Receiver{}
	for _, r := range w.Receivers {
		kinds[r.Name] = r
	}
	pager := kinds["pager"]
	if pager.Kind != "webhook" || pager.After != 15*time.Minute || !slices.Equal(pager.When.Severity, []string{"down", "auth"}) ||
		!slices.Equal(pager.When.Side, []monitor.Side{"apaleo", "credentials"}) || !slices.Equal(pager.When.Scope, []string{"all"}) || pager.EveryVersion {
		t.Errorf("receiver %+v", pager.Receiver)
	}
	if team := kinds["team"]; team.Kind != "slack" || !team.Posts || !team.Keyless || team.Digest != 5 || !kinds["archive"].EveryVersion {
		t.Errorf("receivers %+v", w.Receivers)
	}
	ops := kinds["ops"]
	quiet := ops.Bot.Mentions.Quiet
	if ops.Kind != "slack_bot" || ops.Digest != 5 || ops.Remind != 4*time.Hour || ops.Bot.Channel != "C0123ABCD" || !slices.Equal(ops.Bot.Mentions.Who, []string{"S0123ABCD"}) ||
		quiet.From != 22*time.Hour || quiet.To != 7*time.Hour || quiet.Zone.String() != "Europe/Berlin" {
		t.Errorf("receiver %+v, %+v", ops.Receiver, ops.Bot)
	}
	if kinds["on-call"].Kind != "pagerduty" || kinds["prometheus"].Labels["team"] != "web" || kinds["chat"].Template == nil || kinds["own-form"].Template == nil {
		t.Errorf("receivers %+v", w.Receivers)
	}
}

// TestShippedExamplesNeedTheirSecrets ensures that the same file is refused where secrets are asked for and
// are not there.
func TestShippedExamplesNeedTheirSecrets(t *testing.T) {
	_, err := watchlist.Parse("config.yaml", []byte(examples(t)), watchlist.Options{})
	for _, want := range []string{
		"${APALEO_CLIENT_ID} is not defined", "${BELLHOP_WEBHOOK_SECRET} is not defined",
		`client_secret_file "/run/secrets/apaleo_client_secret" cannot be read`, `web.token_file "/etc/bellhop/web_token" cannot be read`,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
}
