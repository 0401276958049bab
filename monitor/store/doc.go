// Package store keeps the book in SQLite: one file, one writer, every commit on disk before anyone hears of
// it. What is written is said in schema/; the stored form of each type may grow, and never changes.
package store
