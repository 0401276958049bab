package apaleotest_test

import (
	"context"
	"fmt"
	"net/http"

	"bellhop/monitor/apaleo/apaleotest"
)

// An outage of the API, and its end.
func Example() {
	s, err := apaleotest.Start(apaleotest.Config{Plain: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()

	outage := s.Fault(apaleotest.Gateway(502).On(apaleotest.API))
	ask(s.API + "/health")
	outage.Clear()
	ask(s.API + "/health")
	fmt.Println(len(s.Requests().On(apaleotest.API)), "requests")
	// Output:
	// 502 Bad Gateway
	// 200 OK
	// 2 requests
}

func ask(address string) {
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, address, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	fmt.Println(resp.Status)
}
