package traffic

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// read is the body of a report, or why there is none. One that is packed is no larger when it is unpacked.
func read(w http.ResponseWriter, r *http.Request) ([]byte, *Refusal, int) {
	var body io.Reader = http.MaxBytesReader(w, r.Body, BytesMax)
	switch coding := strings.ToLower(r.Header.Get("Content-Encoding")); coding {
	case "", "identity":
	case "gzip", "x-gzip": // RFC 9110 8.4.1.3
		packed, err := gzip.NewReader(body)
		if err != nil {
			return unread(err)
		}
		defer packed.Close()
		body = http.MaxBytesReader(w, packed, BytesMax)
	default:
		w.Header().Set("Accept-Encoding", "gzip")
		return nil, &Refusal{Error: "the report is packed in a way that bellhop does not know: send it as plain JSON, or with gzip"}, http.StatusUnsupportedMediaType
	}
	text, err := io.ReadAll(body)
	if err != nil {
		return unread(err)
	}
	return text, nil, http.StatusOK
}

// unread is why a body could not be read.
func unread(err error) ([]byte, *Refusal, int) {
	_, large := errors.AsType[*http.MaxBytesError](err)
	switch {
	case large:
		return nil, &Refusal{Error: whole(fmt.Sprintf("is larger than %d MiB", BytesMax>>20), "send the accounts in several reports, each with an id of its own").Error()}, http.StatusRequestEntityTooLarge
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum):
		return nil, &Refusal{Error: "the report is said to be packed with gzip, and is not: pack it, or leave Content-Encoding out"}, http.StatusBadRequest
	}
	return nil, &Refusal{Error: "the report broke off on its way: send it again"}, http.StatusBadRequest
}
