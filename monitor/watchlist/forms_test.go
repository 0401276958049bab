package watchlist

import (
	"os"
	"reflect"
	"regexp"
	"testing"
)

// refusedKeys are known only to say that they are not in this version.
var refusedKeys = map[string]bool{"store.postgres": true}

// TestEveryKeyIsDocumented ensures that config.yaml tells of each key that can be written.
func TestEveryKeyIsDocumented(t *testing.T) {
	data, err := os.ReadFile("../../config.yaml")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	everyKey(reflect.TypeFor[fileForm](), "", func(path, key string) {
		n++
		if !refusedKeys[path] && !regexp.MustCompile(`(^|[^a-z_])`+key+`\b`).Match(data) {
			t.Errorf("%s is not in config.yaml", path)
		}
	})
	if n < 110 {
		t.Errorf("%d keys seen, there are more", n)
	}
}

func everyKey(form reflect.Type, name string, f func(path, key string)) {
	for field := range form.Fields() {
		key := field.Tag.Get("key")
		if key == "" {
			continue
		}
		f(name+"."+key, key)
		inner := field.Type
		for inner.Kind() == reflect.Pointer || inner.Kind() == reflect.Slice || inner.Kind() == reflect.Map {
			inner = inner.Elem()
		}
		if inner.Kind() == reflect.Struct { // the fields of a single value have no keys
			everyKey(inner, key, f)
		}
	}
}

// TestNearest ensures that slips of the hand find their word and other words do not.
func TestNearest(t *testing.T) {
	known := []string{"schedule", "timeout", "http", "tls", "slow"}
	for word, want := range map[string]string{
		"shcedule": "schedule", "Schedule": "schedule", "timout": "timeout", "tiemout": "timeout", "htttp": "http", "tsl": "tls",
		"slwo": "slow", "x": "", "": "", "interval": "schedule", "receivers": "", "enabled": "",
	} {
		if got := nearest(word, known); got != want {
			t.Errorf("nearest to %q is %q, want %q", word, got, want)
		}
	}
}
