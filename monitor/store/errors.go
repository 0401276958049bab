package store

import "errors"

// ErrEpoch says that another instance has taken the book over.
var ErrEpoch = errors.New("the book has another epoch")
