package bench

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// kept is the score that a run of the same code has left in a folder under a name; else what play makes of it, left there
// for the next one. "" keeps nothing. Thousands of worlds take hours, and whoever is interrupted wants to go on.
func kept(dir, name string, play func() CauseScore) (CauseScore, error) {
	if dir == "" {
		return play(), nil
	}
	path := filepath.Join(dir, strings.ReplaceAll(name, " ", "-")+".json")
	var s CauseScore
	switch body, err := os.ReadFile(path); {
	case err == nil:
		if err := json.Unmarshal(body, &s); err != nil {
			return s, fmt.Errorf("kept score %s: %w", path, err)
		}
		return s, nil
	case !errors.Is(err, fs.ErrNotExist):
		return s, fmt.Errorf("kept score: %w", err)
	}
	s = play()
	body, err := json.Marshal(s)
	if err == nil {
		err = os.MkdirAll(dir, 0o755)
	}
	if err == nil { // a score that is cut short must not be found under the name
		err = errors.Join(os.WriteFile(path+".new", body, 0o644), os.Rename(path+".new", path))
	}
	if err != nil {
		return s, fmt.Errorf("keep score: %w", err)
	}
	return s, nil
}
