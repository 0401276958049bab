package command_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestSpeedChild is the process of the targets, or of the loop, that TestSpeed starts.
func TestSpeedChild(t *testing.T) {
	var err error
	switch os.Getenv(speedChild) {
	case "":
		t.Skip("it is started by TestSpeed")
	case "targets":
		err = serveTargets(os.Stdin, os.Stdout)
	case "loop":
		err = loopForEver(t.Context(), os.Stdin)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// child starts this program as something else.
func child(t *testing.T, what string, in io.Reader) *exec.Cmd {
	t.Helper()
	cmd := childCommand(t, what)
	cmd.Stdin = in
	begin(t, cmd)
	return cmd
}

func childCommand(t *testing.T, what string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestSpeedChild$", "-test.timeout=10m")
	// What a program that is killed leaves in its temporary directory goes with the test.
	cmd.Env, cmd.Stderr = append(os.Environ(), speedChild+"="+what, "TMPDIR="+t.TempDir()), os.Stderr
	return cmd
}

// loopForEver is what bellhop is compared with: it asks each target on its schedule, and does nothing else.
func loopForEver(ctx context.Context, in io.Reader) error {
	var urls []string
	if err := json.NewDecoder(in).Decode(&urls); err != nil {
		return err
	}
	client := &http.Client{Timeout: speedTimeout}
	var all sync.WaitGroup
	for n, u := range urls {
		all.Go(func() {
			for schedule := speedPhase(n); ctx.Err() == nil; {
				wait(ctx, time.Until(schedule.Next(time.Now())))
				res, err := client.Get(u + "/loop")
				if err != nil {
					continue
				}
				_, _ = io.Copy(io.Discard, res.Body)
				res.Body.Close()
			}
		})
	}
	all.Wait()
	return nil
}

// A visit is one request that reached a target. Times are nanoseconds since 1970.
type visit struct {
	Who      string // "many", "few" or "loop"
	Target   int
	At       int64
	Answered int64 // 0 is not yet, or never
}

// targets answer, fail or hang, and keep a book of who came when.
type targets struct {
	modes []atomic.Value // "", "fail" or "hang", by target

	mu     sync.Mutex // protects all below
	visits []*visit
}

// serveTargets opens as many targets as the first line of in says, each a host of its own, says where they
// are, and serves until in ends.
func serveTargets(in io.Reader, out io.Writer) error {
	lines := bufio.NewReader(in)
	var n int
	if _, err := fmt.Fscanln(lines, &n); err != nil {
		return err
	}
	s := &targets{modes: make([]atomic.Value, n)}
	var at targetsClient
	open := func(h http.HandlerFunc) (string, error) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return "", err
		}
		go func() { _ = http.Serve(l, h) }()
		return "http://" + l.Addr().String(), nil
	}
	for target := range n {
		u, err := open(func(w http.ResponseWriter, r *http.Request) { s.visit(w, r, target) })
		if err != nil {
			return err
		}
		at.URLs = append(at.URLs, u)
	}
	for range 3 {
		u, err := open(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
		if err != nil {
			return err
		}
		at.Controls = append(at.Controls, u)
	}
	var err error
	if at.Desk, err = open(s.desk); err != nil {
		return err
	}
	if err := json.NewEncoder(out).Encode(at); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, lines)
	return err
}

func (s *targets) visit(w http.ResponseWriter, r *http.Request, target int) {
	v := &visit{Who: r.URL.Path[1:], Target: target, At: time.Now().UnixNano()}
	s.mu.Lock()
	s.visits = append(s.visits, v)
	s.mu.Unlock()
	mode, _ := s.modes[target].Load().(string)
	if mode == "hang" {
		<-r.Context().Done()
		return
	}
	wait(r.Context(), speedAnswer)
	s.mu.Lock()
	v.Answered = time.Now().UnixNano()
	s.mu.Unlock()
	if mode == "fail" {
		w.WriteHeader(http.StatusInternalServerError)
	}
}

// desk takes orders, and shows the book.
func (s *targets) desk(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		from, _ := strconv.Atoi(r.FormValue("from"))
		to, _ := strconv.Atoi(r.FormValue("to"))
		for n := from; n < to; n++ {
			s.modes[n].Store(r.FormValue("mode"))
		}
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = json.NewEncoder(w).Encode(s.visits)
}

// targetsClient is how the test reaches the targets.
type targetsClient struct {
	URLs, Controls []string
	Desk           string
}

func startTargets(t *testing.T, n int) *targetsClient {
	t.Helper()
	cmd := childCommand(t, "targets")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	begin(t, cmd)
	if _, err := fmt.Fprintln(in, n); err != nil {
		t.Fatal(err)
	}
	c := &targetsClient{}
	if err := json.NewDecoder(out).Decode(c); err != nil {
		t.Fatal(err)
	}
	return c
}

// set changes how some targets behave, from one to before another.
func (c *targetsClient) set(t *testing.T, mode string, from, to int) {
	t.Helper()
	res, err := http.Post(fmt.Sprintf("%s/?mode=%s&from=%d&to=%d", c.Desk, mode, from, to), "", nil)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
}

func (c *targetsClient) visits(t *testing.T) (all []visit) {
	t.Helper()
	res, err := http.Get(c.Desk)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(&all); err != nil {
		t.Fatal(err)
	}
	return all
}
