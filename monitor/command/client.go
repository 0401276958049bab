package command

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// errNoDaemon says that no daemon listens beside the store.
var errNoDaemon = errors.New("no bellhop runs on this store")

const (
	askTime   = 10 * time.Second
	maxAnswer = 16 << 20 // bytes; ten thousand deliveries are four
)

// ask puts a question to the daemon that holds a store, and reads its answer. It fails with errNoDaemon if there
// is none, and with what the daemon said if it refuses.
func ask(ctx context.Context, store string, q question, answer any) error {
	status, text, err := q.put(ctx, store)
	said := problemIn(strings.TrimSpace(string(text)))
	switch {
	case err != nil:
		return err
	case status == http.StatusNotFound, status == http.StatusBadRequest:
		return misuse{said}
	case status == http.StatusConflict:
		return errors.New(said)
	case status != http.StatusOK:
		return fmt.Errorf("the running bellhop says: %s", said)
	}
	if err := json.Unmarshal(text, answer); err != nil {
		return fmt.Errorf("the running bellhop answers what this one (%s) does not understand: %w", build().Version, err)
	}
	return nil
}

// A question is a request to the control socket.
type question struct {
	method, path string // the path is escaped
	query        url.Values
	body         any           // sent as JSON; nil is none
	patience     time.Duration // for the answer; 0 is askTime
}

// put is one request and its answer.
func (q question) put(ctx context.Context, store string) (status int, text []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(q.patience, askTime))
	defer cancel()
	body, err := json.Marshal(q.body)
	if err != nil {
		return 0, nil, err
	}
	u := url.URL{Scheme: "http", Host: "bellhop", RawPath: q.path, RawQuery: q.query.Encode()}
	if u.Path, err = url.PathUnescape(q.path); err != nil {
		return 0, nil, err
	}
	req, err := http.NewRequestWithContext(ctx, q.method, u.String(), bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	if q.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	client := http.Client{Transport: &http.Transport{DialContext: dialer(socketPath(store)), DisableKeepAlives: true}}
	resp, err := client.Do(req)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ECONNREFUSED):
		return 0, nil, errNoDaemon
	case errors.Is(err, fs.ErrPermission):
		return 0, nil, fmt.Errorf("ask the running bellhop: %w: be the user it runs as", err)
	case err != nil:
		return 0, nil, fmt.Errorf("ask the running bellhop: %w", err)
	}
	defer resp.Body.Close()
	if text, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer)); err != nil {
		return 0, nil, fmt.Errorf("ask the running bellhop: %w", err)
	}
	return resp.StatusCode, text, nil
}

// segment is what a person called something as one segment of a path, whatever is in it.
func segment(name string) string {
	if strings.Trim(name, ".") == "" { // . and .. mean another path
		return strings.ReplaceAll(name, ".", "%2E")
	}
	return url.PathEscape(name)
}

func dialer(path string) func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(ctx context.Context, _, _ string) (net.Conn, error) {
		short, dir, err := shorten(path)
		if err != nil {
			return nil, err
		}
		conn, err := new(net.Dialer).DialContext(ctx, "unix", short)
		return conn, errors.Join(err, closeDir(dir))
	}
}
