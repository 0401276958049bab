package template

import "testing"

func TestReadyParse(t *testing.T) {
	for _, name := range Ready() {
		if _, err := Parse(Source{Use: name}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
