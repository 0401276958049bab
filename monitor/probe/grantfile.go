package probe

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// maxTokenFile bounds what is read of a file with a token, in bytes.
const maxTokenFile = 64 << 10

var (
	errInUse   = errors.New("another bellhop is using it")
	errNoToken = errors.New("it holds no token, or more than one")
)

// openFile opens a file for reading. What is no file, a pipe without a writer for one, is not waited for.
func openFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err //nolint:wrapcheck // it names the file
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "open", Path: path, Err: errors.New("it is no file")}
	}
	if err != nil {
		_ = f.Close()
		return nil, err //nolint:wrapcheck // it names the file
	}
	return f, nil
}

// told is an error about a file in words that are safe to show.
func told(err error) string {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.Is(err, errInUse), errors.Is(err, errNoToken):
		return err.Error()
	case errors.As(err, &path):
		return fmt.Sprintf("%s %s: %v", path.Op, path.Path, path.Err)
	case errors.As(err, &link):
		return fmt.Sprintf("%s %s: %v", link.Op, link.New, link.Err)
	}
	return "the system does not say why"
}

// A grant is the file of a refresh token, locked while it is used: two processes that refresh at once would be
// taken for a thief and the robbed. Beside it, where the next token goes, is a file that ends in ".new". What a crash
// may leave behind is that file: empty or cut short it means nothing, complete (it ends in a line's end) it holds the
// newest token and takes the place of the other.
type grant struct {
	path  string // no symbolic link
	file  *os.File
	token string
	next  *os.File // nil once it is in place
}

// openGrant locks the file and makes sure that the next token can be written.
func openGrant(path string) (*grant, error) {
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return nil, err //nolint:wrapcheck // it names the file
	}
	g := &grant{path: path}
	if g.file, err = locked(path); err != nil {
		return nil, err
	}
	if err = g.recover(); err == nil {
		err = g.prepare()
	}
	if err != nil {
		g.close()
		return nil, err
	}
	return g, nil
}

// locked opens path and locks what it names: a file that was replaced meanwhile is not it.
func locked(path string) (*os.File, error) {
	for range 3 {
		f, err := openFile(path)
		if err != nil {
			return nil, err
		}
		if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
			_ = f.Close()
			return nil, errInUse
		}
		mine, err := f.Stat()
		named, err2 := os.Stat(path)
		if err == nil && err2 == nil && os.SameFile(mine, named) {
			return f, nil
		}
		_ = f.Close()
	}
	return nil, errInUse
}

// recover puts a complete next token in place that a crash kept from it, unless the file was written since.
func (g *grant) recover() error {
	next, err := os.ReadFile(g.path + ".new")
	if err != nil || !strings.HasSuffix(string(next), "\n") || !plainToken.MatchString(strings.TrimSpace(string(next))) {
		return nil //nolint:nilerr // then there is nothing to recover
	}
	newer, err := os.Stat(g.path + ".new")
	if err != nil {
		return err //nolint:wrapcheck // it names the file
	}
	if old, err := g.file.Stat(); err == nil && old.ModTime().After(newer.ModTime()) {
		return nil
	}
	if err := g.place(); err != nil {
		return err
	}
	_ = g.file.Close()
	g.file, err = locked(g.path)
	return err
}

// prepare reads the token and opens the file of the next.
func (g *grant) prepare() error {
	b, err := io.ReadAll(io.LimitReader(g.file, maxTokenFile))
	if err != nil {
		return err //nolint:wrapcheck // it names the file
	}
	g.token = strings.TrimSpace(string(b))
	if !plainToken.MatchString(g.token) {
		return errNoToken
	}
	g.next, err = os.OpenFile(g.path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	return err //nolint:wrapcheck // it names the file
}

// replace puts token in the place of the present one, with its mode. A file that somebody else has written to
// meanwhile stays: it holds a newer grant.
func (g *grant) replace(token string) error {
	now, err := os.ReadFile(g.path)
	if err == nil && strings.TrimSpace(string(now)) != g.token {
		return nil
	}
	if info, err := g.file.Stat(); err == nil {
		_ = g.next.Chmod(info.Mode().Perm())
	}
	if _, err := g.next.WriteString(token + "\n"); err != nil {
		return err //nolint:wrapcheck // it names the file
	}
	if err := errors.Join(g.next.Sync(), g.next.Close()); err != nil {
		return err
	}
	g.next = nil
	return g.place()
}

// place makes the next file the present one, for good.
func (g *grant) place() error {
	if err := os.Rename(g.path+".new", g.path); err != nil {
		return err //nolint:wrapcheck // it names the file
	}
	dir, err := os.Open(filepath.Dir(g.path))
	if err != nil {
		return err //nolint:wrapcheck // it names the directory
	}
	defer dir.Close()
	return dir.Sync() //nolint:wrapcheck // it names the directory
}

func (g *grant) close() {
	if g.next != nil {
		_ = os.Remove(g.next.Name())
		_ = g.next.Close()
	}
	_ = g.file.Close() // and with it the lock
}
