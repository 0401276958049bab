package bench

import (
	"reflect"
	"testing"
)

// TestKeptScoresAreNotPlayedAgain ensures that a run goes on where one before was interrupted, and comes to the same.
func TestKeptScoresAreNotPlayedAgain(t *testing.T) {
	worlds := Causes{Accounts: 1, Worlds: 2, Run: 1, Wrong: causeWrongShare, Word: "credentials", Keep: t.TempDir()}
	first, err := worlds.Measure(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	played := false
	name := "credentials 1 1 0-2 0.05"
	again, err := kept(worlds.Keep, name, func() CauseScore { played = true; return CauseScore{} })
	if err != nil || played {
		t.Fatalf("played again: %v, %v", played, err)
	}
	if !reflect.DeepEqual(again, first.Lines[0].Score) {
		t.Errorf("kept %+v, measured %+v", again, first.Lines[0].Score)
	}
}
