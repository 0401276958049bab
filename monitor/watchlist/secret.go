package watchlist

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// maxSecret is more than any secret has; what is larger is another file.
const maxSecret = 64 << 10

// A Secret is a value that no log, page, error or file may show. It prints, in every form, as [secret]. It
// holds a function instead of the value, so that even what prints without asking it finds an address only.
type Secret struct {
	reveal func() (string, error)
}

// NewSecret is a secret of this value.
func NewSecret(value string) Secret {
	return Secret{reveal: func() (string, error) { return value, nil }}
}

// SecretFile is the secret in a file, which is read each time it is revealed, so that it can be rotated
// without a reload. White space around it does not count.
func SecretFile(path string) Secret {
	return Secret{reveal: func() (string, error) { return readSecret(path) }}
}

// Reveal is the value. Its error says why the file cannot be read, and never what is in it. The zero Secret
// is "".
func (s Secret) Reveal() (string, error) {
	if s.reveal == nil {
		return "", nil
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

func readSecret(path string) (string, error) {
	data, err := readBounded(path, maxSecret)
	if err != nil {
		return "", fmt.Errorf("read secret: %w", err)
	}
	value := string(bytes.TrimSpace(data))
	if value == "" {
		return "", errors.New("read secret: the file is empty")
	}
	return value, nil
}

// readBounded reads a regular file of at most limit bytes. Its errors do not name the path, which may have
// come out of the environment.
func readBounded(path string, limit int64) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, pathless(err)
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil {
		return nil, pathless(err)
	} else if info.IsDir() {
		return nil, errors.New("it is a folder")
	}
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, pathless(err)
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("it is larger than %d KiB", limit>>10)
	}
	return data, nil
}

func pathless(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}
