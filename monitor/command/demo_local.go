package command

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"time"
)

// A demoDoor leads to bellhop's pages once they are there.
type demoDoor struct{ to atomic.Pointer[url.URL] }

// open has the door lead to an address.
func (d *demoDoor) open(page string) error {
	to, err := url.Parse(page)
	if err != nil {
		return fmt.Errorf("bellhop's pages: %w", err)
	}
	d.to.Store(to)
	return nil
}

// ServeHTTP passes a request on as it is: whoever knows the door is on this machine.
func (d *demoDoor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	to := d.to.Load()
	if to == nil {
		http.Error(w, "bellhop has not started yet", http.StatusServiceUnavailable)
		return
	}
	proxy := httputil.ReverseProxy{Rewrite: func(p *httputil.ProxyRequest) {
		p.SetURL(to)
		p.Out.Host = p.In.Host
	}}
	proxy.ServeHTTP(w, r)
}

// acknowledge has a person say that somebody is on the last incident, as they would over the API.
func acknowledge(ctx context.Context, st *stage, by, why string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	body, err := json.Marshal(map[string]string{"by": by, "why": why})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, st.pages.status+"/api/v1/incidents/last/acknowledge", bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return fmt.Errorf("acknowledge: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("acknowledge: %s", resp.Status)
	}
	return nil
}

// A localServer is a server on a port of this machine that the system chose.
type localServer struct {
	url    string
	server *http.Server
	served chan struct{} // closed when it has ended
}

func listenLocal(ctx context.Context, h http.Handler) (*localServer, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen on this machine: %w", err)
	}
	s := &localServer{
		url: "http://" + l.Addr().String(), served: make(chan struct{}),
		server: &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second},
	}
	go func() {
		defer close(s.served)
		_ = s.server.Serve(l) // it ends by close
	}()
	return s, nil
}

func (s *localServer) close() {
	_ = s.server.Close()
	<-s.served
}
