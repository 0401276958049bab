package command

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// A part is something that runs until its ctx ends, which is no error.
type part struct {
	name string
	run  func(ctx context.Context) error
}

// together runs all parts side by side. The first that ends, ends the others; it returns when all have.
func together(ctx context.Context, parts ...part) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	errs := make([]error, len(parts))
	var all sync.WaitGroup
	for i, p := range parts {
		all.Go(func() {
			defer cancel()
			if err := p.run(ctx); err != nil {
				errs[i] = fmt.Errorf("%s: %w", p.name, err)
			} else if ctx.Err() == nil {
				errs[i] = fmt.Errorf("%s ended by itself", p.name)
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}
