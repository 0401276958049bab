package store

import (
	"fmt"
	"testing"
	"time"

	"bellhop/monitor"
)

// BenchmarkSave is one commit of a changed row, an event and a delivery, synced.
func BenchmarkSave(b *testing.B) {
	s := fresh(b)
	n := 0
	for b.Loop() {
		n++
		c := change(n)
		c.Samples = nil
		if err := s.Save(b.Context(), 1, c); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
}

// BenchmarkSamples is one commit of a second's harvest: a thousand samples of as many checks.
func BenchmarkSamples(b *testing.B) {
	s := fresh(b)
	samples := thousand()
	n := 0
	for b.Loop() {
		n++
		for i := range samples {
			samples[i].At = at(time.Duration(n) * time.Second)
		}
		if err := s.Save(b.Context(), 1, monitor.Change{At: at(0), Samples: samples}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(1000*float64(b.N)/b.Elapsed().Seconds(), "samples/s")
}

// BenchmarkCleanSecond is a second of a thousand checks at ten seconds: a hundred rows and samples.
func BenchmarkCleanSecond(b *testing.B) {
	s := fresh(b)
	samples := thousand()
	row := filled[monitor.Row]()
	n := 0
	for b.Loop() {
		c := monitor.Change{At: at(0), Rows: map[monitor.CheckID]*monitor.Row{}}
		for i := range 100 {
			sample := samples[(n*100+i)%1000]
			sample.At = at(time.Duration(n) * time.Second)
			c.Samples = append(c.Samples, sample)
			c.Rows[sample.Check] = &row
		}
		n++
		if err := s.Save(b.Context(), 1, c); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPruneChunk is the longest that a Save waits for Prune.
func BenchmarkPruneChunk(b *testing.B) {
	s := fresh(b)
	for b.Loop() {
		b.StopTimer()
		var old []monitor.Sample
		for i := range pruneSamples {
			old = append(old, monitor.Sample{Check: "a", At: at(time.Duration(i) * time.Second)})
		}
		if err := s.Save(b.Context(), 1, monitor.Change{At: at(0), Samples: old}); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		if _, err := s.pruneSeries(b.Context(), 1, at(24*time.Hour)); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLoad is the start with a thousand rows.
func BenchmarkLoad(b *testing.B) {
	s := fresh(b)
	row := filled[monitor.Row]()
	c := monitor.Change{At: at(0), Rows: map[monitor.CheckID]*monitor.Row{}}
	for _, sample := range thousand() {
		c.Rows[sample.Check] = &row
	}
	mustSave(b, s, c)
	for b.Loop() {
		if _, err := s.Load(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

func thousand() []monitor.Sample {
	all := make([]monitor.Sample, 1000)
	for i := range all {
		all[i] = monitor.Sample{
			Check: monitor.CheckID(fmt.Sprintf("check-%d@account", i)), Took: 85 * time.Millisecond, Status: 200,
			Evidence: [4]monitor.Evidence{monitor.Good, monitor.Good},
		}
	}
	return all
}

// BenchmarkHotels is one commit of a report of five thousand accounts.
func BenchmarkHotels(b *testing.B) {
	s := fresh(b)
	c := monitor.Change{At: at(0), Hotels: map[string]*monitor.Hotel{}}
	for i := range 5000 {
		h := filled[monitor.Hotel]()
		h.Account = fmt.Sprintf("H%04d", i)
		c.Hotels[h.Account] = &h
	}
	for b.Loop() {
		if err := s.Save(b.Context(), 1, c); err != nil {
			b.Fatal(err)
		}
	}
}
