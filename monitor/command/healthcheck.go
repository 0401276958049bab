package command

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// healthTime is how long a health check may take: orchestrators give it five seconds.
const healthTime = 4 * time.Second

func newHealthcheck(s *shell) *cobra.Command {
	return s.printsJSON(&cobra.Command{
		Use:   "healthcheck",
		Short: "Asks the running bellhop whether it works",
		Long: `Asks the running bellhop, on its control socket or else on web.listen, whether it can do its
work, and exits with 0 or 1. Trouble at apaleo, a dead receiver or a network that is down is
no reason to restart the watcher: those are warnings, and 0.`,
		Example: "  bellhop healthcheck --config /etc/bellhop/config.yaml",
		Args:    noArgument,
		RunE:    task(func(ctx context.Context, _ []string) error { return s.health(ctx) }).run,
	})
}

func (s *shell) health(ctx context.Context) error {
	list, err := s.look()
	if err != nil {
		return err
	}
	q := question{method: http.MethodGet, path: pathReady}
	if s.json {
		q.query = url.Values{"verbose": {""}}
	}
	ctx, cancel := context.WithTimeout(ctx, healthTime)
	defer cancel()
	status, text, err := q.put(ctx, list.Store.Path)
	if err != nil {
		status, text, err = readyOver(ctx, list.Web.Listen, q.query)
	}
	if err != nil {
		return err
	}
	fmt.Fprintln(s.Stdout, strings.TrimSpace(string(text)))
	if status != http.StatusOK {
		return errFinding
	}
	return nil
}

// readyOver asks at the address of the operator's page.
func readyOver(ctx context.Context, listen string, query url.Values) (status int, text []byte, err error) {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return 0, nil, fmt.Errorf("web.listen: %w", err)
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	at := url.URL{Scheme: "http", Host: net.JoinHostPort(host, port), Path: pathReady, RawQuery: query.Encode()}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return 0, nil, err
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // no proxy: it is this machine
	resp, err := client.Do(req)
	if err != nil {
		return 0, nil, fmt.Errorf("no bellhop answers, neither on its socket nor at %s", listen)
	}
	defer resp.Body.Close()
	text, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	return resp.StatusCode, text, err
}
