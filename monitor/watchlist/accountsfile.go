package watchlist

import (
	"fmt"
	"path/filepath"
	"reflect"
)

var theAccounts = root{
	is: isSequence, looks: "it is a list of accounts: lines that start with - name:", empty: "list the accounts in it, each from a line - name: on",
}

// accountsFile adds the accounts of the file that accounts_file names to those of the configuration. It
// returns the file's bytes.
func (r *reader) accountsFile(f *fileForm) []byte {
	if !f.Hotels.Set {
		return nil
	}
	path := r.path(f.Hotels.V, f.Hotels.At)
	data, _, err := readBounded(path, maxFile+1)
	switch {
	case f.Hotels.V == "":
		r.wrong(f.Hotels.At, "accounts_file is empty", "name a file, or remove the key")
		return nil
	case err != nil && r.o.WithoutSecrets:
		return nil
	case err != nil:
		r.wrong(f.Hotels.At, fmt.Sprintf("accounts_file %s cannot be read: %v", quote(f.Hotels.Raw), err), "create the file, or let bellhop's user read it")
		return nil
	}
	r.file, r.fileDir = shown(path, f.Hotels), filepath.Dir(path)
	defer func() { r.file = "" }()
	if top := r.document(data, theAccounts); top != nil {
		var more []accountForm
		r.fill(top, reflect.ValueOf(&more).Elem(), "accounts")
		f.Accounts = append(f.Accounts, more...)
	}
	return data
}

// shown is how messages call a file: as it is written, if a variable is part of it.
func shown(path string, f text) string {
	if f.V != f.Raw {
		return f.Raw
	}
	return path
}
