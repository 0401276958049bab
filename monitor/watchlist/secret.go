package watchlist

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
	"time"
)

// maxSecret is more than any secret has; what is larger is another file.
const maxSecret = 64 << 10

// A Secret is a value that no log, page, error or file may show. It prints, in every form, as [secret]. It
// holds a function instead of the value, so that even what prints without asking it finds an address only.
type Secret struct {
	reveal func() (string, time.Time, error)
}

var errEmpty = errors.New("the file is empty")

// NewSecret is a secret of this value.
func NewSecret(value string) Secret {
	return Secret{reveal: func() (string, time.Time, error) { return value, time.Time{}, nil }}
}

// SecretFile is the secret in a file, which is read each time it is revealed, so that it can be rotated
// without a reload. White space around it does not count.
func SecretFile(path string) Secret {
	return Secret{reveal: func() (string, time.Time, error) { return readSecret(path) }}
}

// Reveal is the value. Its error says why the file cannot be read, and never what is in it. The zero Secret
// is "".
func (s Secret) Reveal() (string, error) {
	value, _, err := s.Dated()
	return value, err
}

// Dated is Reveal, with the time at which the secret's file last changed; zero if it is in no file.
func (s Secret) Dated() (value string, changed time.Time, err error) {
	if s.reveal == nil {
		return "", time.Time{}, nil
	}
	return s.reveal()
}

// IsSet is whether there is a secret at all.
func (s Secret) IsSet() bool { return s.reveal != nil }

// String is [secret].
func (Secret) String() string { return "[secret]" }

// GoString is [secret].
func (Secret) GoString() string { return "[secret]" }

// MarshalText is [secret].
func (Secret) MarshalText() ([]byte, error) { return []byte("[secret]"), nil }

// same is whether two secrets have the same value now.
func (s Secret) same(o Secret) bool {
	a, errA := s.Reveal()
	b, errB := o.Reveal()
	return s.IsSet() == o.IsSet() && a == b && (errA == nil) == (errB == nil)
}

func readSecret(path string) (string, time.Time, error) {
	data, changed, err := readBounded(path, maxSecret)
	if err != nil {
		return "", time.Time{}, fmt.Errorf("read secret: %w", err)
	}
	value := string(bytes.TrimSpace(data))
	if value == "" {
		return "", time.Time{}, fmt.Errorf("read secret: %w", errEmpty)
	}
	return value, changed, nil
}

// readBounded reads a file of at most limit bytes, and tells when it changed. Its errors do not name the
// path, which may have come out of the environment.
func readBounded(path string, limit int64) ([]byte, time.Time, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0) // a pipe that nobody writes to must not stop us
	if err != nil {
		return nil, time.Time{}, pathless(err)
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, time.Time{}, pathless(err)
	case info.IsDir():
		return nil, time.Time{}, errors.New("it is a folder")
	}
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	switch {
	case err != nil:
		return nil, time.Time{}, pathless(err)
	case int64(len(data)) > limit:
		return nil, time.Time{}, fmt.Errorf("it is larger than %d KiB", limit>>10)
	}
	return data, info.ModTime(), nil
}

func pathless(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}
