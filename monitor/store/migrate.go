package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"time"
)

//go:embed schema/*.sql
var schema embed.FS

// A migration is one step of the schema. Once released it never changes.
type migration struct {
	Name   string
	SQL    string
	SHA256 string
}

// An applied is a step as the file remembers it.
type applied struct{ Name, SHA256, Writer string }

// shipped lists the steps that this program knows, in order: the first is version 1.
func shipped() ([]migration, error) {
	files, err := schema.ReadDir("schema")
	if err != nil {
		return nil, err
	}
	var all []migration
	for _, f := range files {
		text, err := schema.ReadFile("schema/" + f.Name())
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(text)
		all = append(all, migration{Name: f.Name(), SQL: string(text), SHA256: hex.EncodeToString(sum[:])})
	}
	return all, nil
}

// pending finds the steps that a file lacks. It fails on a file of a newer program, and on one whose steps
// are not ours: guessing could lose what is in it.
func pending(has []applied, known []migration, version string) ([]migration, error) {
	if n := len(has); n > len(known) {
		return nil, fmt.Errorf("the file was last changed by bellhop %s (schema %d); this is bellhop %s, which knows schema %d: start that version or a newer one, or name another file",
			has[n-1].Writer, n, version, len(known))
	}
	for i, h := range has {
		if h.SHA256 != known[i].SHA256 {
			return nil, fmt.Errorf("schema %d of the file, %s by bellhop %s, is not the one of this bellhop %s: they were built from different sources",
				i+1, h.Name, h.Writer, version)
		}
	}
	return known[len(has):], nil
}

// migrate brings the file to the newest schema, in one transaction. A file that holds something is copied first.
func migrate(ctx context.Context, db *sql.DB, path, version string, known []migration) error {
	has, err := appliedTo(ctx, db)
	if err != nil {
		return err
	}
	todo, err := pending(has, known, version)
	if err != nil || len(todo) == 0 {
		return err
	}
	if len(has) > 0 {
		if err := copyBook(ctx, db, path+".before-"+version); err != nil {
			return fmt.Errorf("copy the book before changing its schema: %w", err)
		}
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	for i, m := range todo {
		if err := apply(ctx, tx, len(has)+i+1, m, version); err != nil {
			return errors.Join(fmt.Errorf("apply schema %s: %w", m.Name, err), tx.Rollback())
		}
	}
	return tx.Commit()
}

func apply(ctx context.Context, tx *sql.Tx, number int, m migration, version string) error {
	if _, err := tx.ExecContext(ctx, m.SQL); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO migration (version, name, sha256, applied, writer) VALUES ($1, $2, $3, $4, $5)",
		number, m.Name, m.SHA256, time.Now().UnixMilli(), version)
	return err
}

// appliedTo lists the steps that the file has, none for an empty one.
func appliedTo(ctx context.Context, db *sql.DB) ([]applied, error) {
	var begun bool
	err := db.QueryRowContext(ctx, "SELECT count(*) > 0 FROM sqlite_schema WHERE name = 'migration'").Scan(&begun)
	if err != nil || !begun {
		return nil, err
	}
	rows, err := db.QueryContext(ctx, "SELECT name, sha256, writer FROM migration ORDER BY version")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []applied
	for rows.Next() {
		var a applied
		if err := rows.Scan(&a.Name, &a.SHA256, &a.Writer); err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, rows.Err()
}

// copyBook writes the book to another file, whole or not at all. A copy of an earlier try gives way.
func copyBook(ctx context.Context, db *sql.DB, to string) error {
	part := to + ".part"
	if err := os.Remove(part); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if _, err := db.ExecContext(ctx, "VACUUM INTO $1", part); err != nil {
		return err
	}
	f, err := os.OpenFile(part, os.O_RDWR, 0) // SQLite does not sync what it copies
	if err != nil {
		return err
	}
	if err := errors.Join(f.Chmod(filePerm), f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(part, to); err != nil {
		return err
	}
	return syncDir(to)
}
