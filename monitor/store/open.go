package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

const (
	// oldestSQLite is the first without the bug that loses commits when a checkpoint meets a write
	// (sqlite.org/wal.html, "The WAL-Reset Bug").
	oldestSQLite = "3.51.3"

	// applicationID marks the file as a book: "bell".
	applicationID = 0x62656c6c

	// checkPatience bounds the check of the whole file at start: watching matters more.
	checkPatience = 10 * time.Second

	// smallCache is what one connection keeps of the file in memory, 400 KiB: with a fifth of what SQLite takes by itself no
	// commit was slower, and a bellhop with a thousand checks is 2.6 MiB smaller.
	smallCache = "cache_size(-400)"

	filePerm = 0o640
)

// errDamaged says that the file is not a book any more.
var errDamaged = errors.New("damaged")

// locate makes the path absolute and follows links, so that one file has one lock.
func locate(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if real, err := filepath.EvalSymlinks(abs); err == nil {
		return real, nil
	}
	dir, err := filepath.EvalSymlinks(filepath.Dir(abs))
	if err != nil {
		return "", fmt.Errorf("the directory of the store: %w", err)
	}
	return filepath.Join(dir, filepath.Base(abs)), nil
}

// writerDSN: every commit is synced; a write lock is waited for from the start, because a transaction that
// reads first and then writes fails at once when another wrote in between (SQLITE_BUSY_SNAPSHOT).
func writerDSN(path string) string {
	return dsn(path, url.Values{
		"_busy_timeout": {"5000"},
		"_txlock":       {"immediate"},
		"_pragma": {
			"journal_mode(WAL)", "synchronous(FULL)", "fullfsync(1)", "checkpoint_fullfsync(1)", "foreign_keys(1)",
			"journal_size_limit(67108864)", smallCache,
		},
	})
}

func readerDSN(path string) string {
	return dsn(path, url.Values{"_busy_timeout": {"5000"}, "mode": {"ro"}, "_pragma": {"query_only(1)", smallCache}})
}

func dsn(path string, v url.Values) string {
	u := url.URL{Scheme: "file", Path: path, RawQuery: v.Encode()}
	return u.String()
}

func openReaders(path string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", readerDSN(path))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(4)
	db.SetConnMaxIdleTime(time.Minute)
	return db, nil
}

// openWriter opens the one connection that writes, and makes sure of the file behind it.
func openWriter(ctx context.Context, path string) (*sql.DB, error) {
	if err := touch(path); err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", writerDSN(path))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	if err := sound(ctx, db); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// touch makes the file before SQLite does, whose log and index take over its mode: others do not read it.
func touch(path string) error {
	if _, err := os.Stat(path); err == nil {
		return nil // opening and closing it would drop the locks that SQLite holds in this process
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, filePerm)
	if err != nil {
		return err
	}
	return f.Close()
}

// sound checks the version of SQLite, the file, and whose it is.
func sound(ctx context.Context, db *sql.DB) error {
	var version string
	if err := db.QueryRowContext(ctx, "SELECT sqlite_version()").Scan(&version); err != nil {
		return damage(err)
	}
	if olderThan(version, oldestSQLite) {
		return fmt.Errorf("SQLite %s can lose commits: at least %s is needed", version, oldestSQLite)
	}
	if err := quickCheck(ctx, db); err != nil {
		return err
	}
	var mark, tables int
	err := db.QueryRowContext(ctx, "SELECT application_id, (SELECT count(*) FROM sqlite_schema) FROM pragma_application_id").Scan(&mark, &tables)
	if err != nil {
		return damage(err)
	}
	if tables > 0 && mark != applicationID {
		return errors.New("the file is the database of another program: name another one")
	}
	return nil
}

// quickCheck reads the whole file. A check that takes too long has found nothing so far.
func quickCheck(ctx context.Context, db *sql.DB) error {
	short, cancel := context.WithTimeout(ctx, checkPatience)
	defer cancel()
	var found string
	err := db.QueryRowContext(short, "PRAGMA quick_check(1)").Scan(&found)
	switch {
	case err == nil && found == "ok":
		return nil
	case err == nil:
		return fmt.Errorf("%w: %s", errDamaged, found)
	case short.Err() != nil:
		return ctx.Err()
	}
	return damage(err)
}

// damage marks the errors that say that the file itself is broken.
func damage(err error) error {
	var e *sqlite.Error
	if errors.As(err, &e) && (e.Code()&0xff == sqlite3.SQLITE_CORRUPT || e.Code()&0xff == sqlite3.SQLITE_NOTADB) {
		return fmt.Errorf("%w: %w", errDamaged, err)
	}
	return err
}

// moveAside gives a damaged book, its log and its index another name, under which SQLite's tools still find
// them together.
func moveAside(path string, now time.Time) (string, error) {
	aside := path + ".corrupt-" + now.UTC().Format("20060102T150405Z")
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Rename(path+suffix, aside+suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			return "", err
		}
	}
	return aside, syncDir(path)
}

func syncDir(path string) error {
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// found gives a new book its identity, and leaves that of an old one.
func found(ctx context.Context, db *sql.DB) error {
	id, err := uuid.NewV7()
	if err != nil {
		return fmt.Errorf("make the book's id: %w", err)
	}
	_, err = db.ExecContext(ctx, "INSERT INTO book (one, id, epoch, samples) VALUES (1, $1, 1, 0) ON CONFLICT (one) DO NOTHING", id.String())
	return err
}

// olderThan compares versions of the form 3.51.3.
func olderThan(version, than string) bool {
	a, b := strings.Split(version, "."), strings.Split(than, ".")
	for i := range b {
		if i >= len(a) {
			return true
		}
		x, _ := strconv.Atoi(a[i])
		y, _ := strconv.Atoi(b[i])
		if x != y {
			return x < y
		}
	}
	return false
}
