package transport

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestOptions ensures that what cannot work is refused at once, by name, and that no error has a secret in it.
func TestOptions(t *testing.T) {
	fine := Options{URL: "http://bellhop:8080", Token: "s3cret"}
	for want, change := range map[string]func(*Options){
		"":                      func(*Options) {},
		"one of Token and":      func(o *Options) { o.TokenFile = "/x" },
		"one of Token":          func(o *Options) { o.Token = "" },
		"URL has to be like":    func(o *Options) { o.URL = "bellhop:8080" },
		"URL has to be":         func(o *Options) { o.URL = "unix:///x.sock"; o.Client = &http.Client{} },
		"URL cannot be read":    func(o *Options) { o.URL = "http://a:s3cret@b\n/" },
		"Every is 9s: it has":   func(o *Options) { o.Every = 9 * time.Second },
		"Every is 5m1s: it has": func(o *Options) { o.Every = 301 * time.Second },
		"Flush is -1s":          func(o *Options) { o.Flush = -time.Second },
	} {
		o := fine
		change(&o)
		_, err := New(o)
		if (err == nil) != (want == "") || err != nil && (!strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "s3cret")) {
			t.Errorf("%q: %v", want, err)
		}
	}
}

// receiver takes reports, and notes whom they came from.
func receiver(to *[]string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		*to = append(*to, r.Method+" "+r.URL.Path+" "+r.Header.Get("Authorization"))
		_, _ = io.WriteString(w, "{}")
	})
}

// TestUnixSocket ensures that reports go through a socket, too, and that the token's file is read for each of them.
func TestUnixSocket(t *testing.T) {
	dir, err := os.MkdirTemp("", "bellhop") // t.TempDir is too long for a socket's path on some systems
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path, file := filepath.Join(dir, "s.sock"), filepath.Join(dir, "token")
	l, err := new(net.ListenConfig).Listen(t.Context(), "unix", path)
	if err != nil {
		t.Fatal(err)
	}
	var heard []string
	s := httptest.NewUnstartedServer(receiver(&heard))
	s.Listener.Close()
	s.Listener = l
	s.Start()
	defer s.Close()
	r, err := New(Options{URL: "unix://" + path, TokenFile: file})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := r.Flush(ctx); err == nil || !strings.Contains(err.Error(), "read token file") {
		t.Errorf("without a file: %v", err)
	}
	for _, token := range []string{"first", "second\n"} {
		if err := os.WriteFile(file, []byte(token), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := r.Flush(within(t, 10*time.Second)); err != nil {
			t.Error(err)
		}
	}
	r.client.CloseIdleConnections()
	if got := strings.Join(heard, ", "); got != "POST /api/v1/report Bearer first, POST /api/v1/report Bearer first, POST /api/v1/report Bearer second" {
		t.Errorf("heard %s", got)
	}
}

// TestRedirectIsNotFollowed ensures that the report token goes nowhere else.
func TestRedirectIsNotFollowed(t *testing.T) {
	var heard []string
	elsewhere := httptest.NewServer(receiver(&heard))
	defer elsewhere.Close()
	s := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	defer s.Close()
	r, err := New(Options{URL: s.URL + "/prefix", Token: "report-token"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := r.Flush(ctx); err == nil || len(heard) != 0 {
		t.Errorf("%v, heard %v", err, heard)
	}
	r.client.CloseIdleConnections()
}

// TestEndlessAnswer ensures that no more of an answer is read than is needed.
func TestEndlessAnswer(t *testing.T) {
	r, err := New(Options{URL: "http://bellhop.example", Token: "x", Client: &http.Client{Transport: answering(400, io.NopCloser(endless{}))}})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Flush(within(t, 10*time.Second)); err != nil {
		t.Error(err)
	}
	if err := r.Stats().LastError; err == nil || len(err.Error()) > 1000 || bytes.ContainsAny([]byte(err.Error()), "\n") {
		t.Errorf("%v", err)
	}
}
