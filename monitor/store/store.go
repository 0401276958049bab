package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"bellhop/monitor"
)

// Config says where the book is.
type Config struct {
	Path    string        // the file; its directory must exist
	Version string        // of this program; names the copy that is made before the schema changes
	Pace    monitor.Pace  // EndOwed bounds what is loaded
	Wait    time.Duration // for another daemon to let go of the store; 0 is 30 s

	migrations []migration // in tests: instead of those that ship
}

// SQLite is a book in a file. It is the only one that writes it.
type SQLite struct {
	*Reader
	path   string
	file   os.FileInfo // the file that was opened
	lock   *os.File
	writer *sql.DB
	stmts  statements
	notes  []monitor.Note

	mu     sync.Mutex
	series map[monitor.CheckID]int64 // those of committed samples
}

var _ monitor.Store = (*SQLite)(nil)

// Open opens the book at c.Path, or starts one, and holds it against other daemons until Close. It fails
// with ErrLocked if another one still holds it after c.Wait, and on a file of a newer version. A damaged file
// is moved aside for an empty one; Notes tells.
func Open(ctx context.Context, c Config) (*SQLite, error) {
	path, err := locate(c.Path)
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	if c.Wait == 0 {
		c.Wait = 30 * time.Second
	}
	lock, err := acquire(ctx, path+".lock", c.Wait)
	if err != nil {
		return nil, fmt.Errorf("open store %s: %w", path, err)
	}
	s := &SQLite{path: path, lock: lock, series: map[monitor.CheckID]int64{}}
	if err := s.open(ctx, c); err != nil {
		return nil, fmt.Errorf("open store %s: %w", path, errors.Join(err, s.Close()))
	}
	return s, nil
}

func (s *SQLite) open(ctx context.Context, c Config) error {
	if err := s.openOrStartAfresh(ctx); err != nil {
		return err
	}
	if c.migrations == nil {
		var err error
		if c.migrations, err = shipped(); err != nil {
			return err
		}
	}
	if err := migrate(ctx, s.writer, s.path, c.Version, c.migrations); err != nil {
		return err
	}
	if err := found(ctx, s.writer); err != nil {
		return err
	}
	if err := s.stmts.prepare(ctx, s.writer); err != nil {
		return err
	}
	readers, err := openReaders(s.path)
	if err != nil {
		return err
	}
	s.Reader = &Reader{db: readers, endOwed: c.Pace.EndOwed}
	s.file, err = os.Stat(s.path)
	return err
}

// openOrStartAfresh opens the writer; a damaged book does not keep bellhop from watching.
func (s *SQLite) openOrStartAfresh(ctx context.Context) error {
	var err error
	s.writer, err = openWriter(ctx, s.path)
	if !errors.Is(err, errDamaged) {
		return err
	}
	now := time.Now()
	aside, asideErr := moveAside(s.path, now)
	if asideErr != nil {
		return fmt.Errorf("%w; moving it aside failed too: %w", err, asideErr)
	}
	s.notes = append(s.notes, damaged(now, err, aside))
	s.writer, err = openWriter(ctx, s.path)
	return err
}

// damaged says what became of a database that could not be read.
func damaged(now time.Time, why error, aside string) monitor.Note {
	return monitor.Note{
		At: now, Key: "store-damaged",
		Text: fmt.Sprintf("The database was damaged (%v). It was moved to %s, and bellhop started with an empty one: "+
			"history is not shown, troubles that still last are told again, and ends that were owed are not told.", why, aside),
		NextStep: "Check the disk it is on. Watching goes on; the moved file is not needed for it.",
	}
}

// Notes is what the operator should be told about the opening.
func (s *SQLite) Notes() []monitor.Note { return s.notes }

// Close lets go of the book. What Save has stored needs no Close.
func (s *SQLite) Close() error {
	var errs []error
	if s.Reader != nil {
		errs = append(errs, s.Reader.Close())
	}
	if s.writer != nil {
		errs = append(errs, s.writer.Close())
	}
	return errors.Join(append(errs, s.lock.Close())...)
}

// inPlace fails when the file that was opened is not at its path any more: SQLite would go on writing to
// what nobody will open again.
func (s *SQLite) inPlace() error {
	now, err := os.Stat(s.path)
	if err != nil {
		return fmt.Errorf("the file is gone: %w", err)
	}
	if !os.SameFile(now, s.file) {
		return fmt.Errorf("%s is not the file that was opened any more: restart bellhop", s.path)
	}
	return nil
}
