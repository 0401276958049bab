package store

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"bellhop/monitor"
)

var update = flag.Bool("update", false, "add what grew to the golden files of the stored forms")

// TestStoredForm ensures that a book of yesterday is read tomorrow: the stored form of a type may grow, and
// never change.
func TestStoredForm(t *testing.T) {
	t.Run("row", stored[monitor.Row])
	t.Run("incident", stored[monitor.Incident])
	t.Run("event", stored[monitor.Event])
	t.Run("delivery", stored[monitor.Delivery])
	t.Run("notice", stored[monitor.Notice])
	t.Run("client", stored[monitor.Client])
	t.Run("hotel", stored[monitor.Hotel])
	t.Run("silence", stored[monitor.Silence])
	t.Run("telling", stored[monitor.Telling])
	t.Run("stint", stored[monitor.Stint])
}

func stored[T any](t *testing.T) {
	now, err := json.MarshalIndent(filled[T](), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	now = append(now, '\n')
	file := filepath.Join("testdata", "stored", filepath.Base(t.Name())+".json")
	golden, err := os.ReadFile(file)
	if err != nil && !*update {
		t.Fatal(err)
	}
	var read T
	if err == nil {
		strict := json.NewDecoder(bytes.NewReader(golden))
		strict.DisallowUnknownFields()
		if err := strict.Decode(&read); err != nil {
			t.Fatalf("what is stored cannot be read any more: %v. Keep the name and the type, and add what is new beside it", err)
		}
		if lost := lost("", golden, read); len(lost) > 0 {
			t.Fatalf("of what is stored, this is lost in reading: %s", strings.Join(lost, ", "))
		}
	}
	if *update {
		if err := os.WriteFile(file, now, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if shape(t, now) != shape(t, golden) {
		t.Errorf("the stored form grew: run go test ./monitor/store -run StoredForm -update, and commit %s", file)
	}
}

// lost names the members of the golden text that reading and writing do not keep.
func lost(at string, golden []byte, read any) []string {
	again, err := json.Marshal(read)
	if err != nil {
		return []string{err.Error()}
	}
	var want, got any
	if err := json.Unmarshal(golden, &want); err != nil {
		return []string{err.Error()}
	}
	if err := json.Unmarshal(again, &got); err != nil {
		return []string{err.Error()}
	}
	return missing(at, want, got)
}

func missing(at string, want, got any) []string {
	switch want := want.(type) {
	case map[string]any:
		has, _ := got.(map[string]any)
		var all []string
		for name, v := range want {
			all = append(all, missing(at+"."+name, v, has[name])...)
		}
		return all
	case []any:
		has, _ := got.([]any)
		if len(has) != len(want) {
			return []string{at}
		}
		var all []string
		for i, v := range want {
			all = append(all, missing(fmt.Sprintf("%s[%d]", at, i), v, has[i])...)
		}
		return all
	}
	if !reflect.DeepEqual(want, got) {
		return []string{at}
	}
	return nil
}

// shape is the text with its values left out: those of fill depend on the order of the fields.
func shape(t *testing.T, text []byte) string {
	t.Helper()
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(blank(v))
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func blank(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, inner := range v {
			v[name] = blank(inner)
		}
		return v
	case []any:
		for i, inner := range v {
			v[i] = blank(inner)
		}
		return v
	}
	return reflect.TypeOf(v).String()
}

// TestStoredFormCanFail ensures that a renamed and a retyped member are seen.
func TestStoredFormCanFail(t *testing.T) {
	golden := []byte(`{"id":"a","forced":["2026-11-22T10:00:00Z"],"gone":{"x":1}}`)
	var c monitor.Client
	if err := json.Unmarshal(golden, &c); err != nil {
		t.Fatal(err)
	}
	if got := lost("", golden, c); len(got) != 1 || got[0] != ".gone.x" {
		t.Errorf("lost %v, want .gone.x", got)
	}
}

// TestReleasedSchema ensures that a step of the schema never changes once it is out: files that took it
// would be refused.
func TestReleasedSchema(t *testing.T) {
	all, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	var now strings.Builder
	for i, m := range all {
		if !strings.HasPrefix(m.Name, fmt.Sprintf("%04d_", i+1)) {
			t.Errorf("%s is step %d", m.Name, i+1)
		}
		fmt.Fprintf(&now, "%s  %s\n", m.SHA256, m.Name)
	}
	file := filepath.Join("testdata", "stored", "schema.sha256")
	golden, err := os.ReadFile(file)
	if *update && strings.HasPrefix(now.String(), string(golden)) {
		if err := os.WriteFile(file, []byte(now.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if err != nil || now.String() != string(golden) {
		t.Errorf("the schema is\n%swant\n%s(%v). Add a step; do not change one. Before the first release: remove %s and run with -update", now.String(), golden, err, file)
	}
}
