// Package transport lets an integration that is written in Go tell bellhop how its own requests to apaleo fare. It
// wraps the http.RoundTripper of a client, counts what comes of the requests by account and module of the API, and
// reports the counts once a minute:
//
//	r, err := transport.New(transport.Options{URL: "http://bellhop:8080", TokenFile: "/run/secrets/report_token"})
//	...
//	go r.Run(ctx)
//	client.Transport = r.Wrap(client.Transport, transport.Named("ALPN"))
//
// What it costs a request is a fraction of a microsecond and one allocation. It never waits for bellhop, never
// changes what the client sees, and never fails: whatever it cannot do, it leaves, and counts in Stats. Its memory is
// bounded by accounts and modules.
//
// It keeps statuses, times and names of scopes. No token, no body, no address and nothing of guests is kept or sent.
// Of answers of the token endpoint it picks "error", "expires_in" and "scope" while they stream past to the caller.
//
// The package imports the standard library only, so that it can be copied into an integration as it is.
package transport
