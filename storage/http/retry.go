package http

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"github.com/ndgrid/ndgrid/storage"
)

// passing marks an error for which trying again may help, after the pause that
// the server asks for, if it does.
type passing struct {
	error
	after time.Duration
}

func (e *passing) Unwrap() error { return e.error }

// maxPause is the longest pause before a repetition, whoever asks for it.
const maxPause = 20 * time.Second

// repeat tries a request until it succeeds, fails for good, or has failed often
// enough. try calls alive whenever something has come from the server.
func (s *Store) repeat(ctx context.Context, key string, try func(ctx context.Context, alive func()) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := storage.CheckKey(key); err != nil {
		return err
	}
	for n := 0; ; n++ {
		err := s.watch(ctx, try)
		var p *passing
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case !errors.As(err, &p):
			return err
		case n >= s.retries && n > 0:
			return fmt.Errorf("%w (tried %d times)", p.error, n+1)
		case n >= s.retries:
			return p.error
		}
		// Pauses differ, so that many readers don't come back at once.
		pause := min(s.pause<<min(n, 20), maxPause)
		pause = min(max(pause/2+rand.N(pause/2+1), p.after), maxPause)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}

// watch ends a try when the server has been silent for too long.
func (s *Store) watch(ctx context.Context, try func(ctx context.Context, alive func()) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	silent := fmt.Errorf("the server sent nothing for %v: %w", s.timeout, context.DeadlineExceeded)
	timer := time.AfterFunc(s.timeout, func() { cancel(silent) })
	defer timer.Stop()
	err := try(ctx, func() { timer.Reset(s.timeout) })
	if err != nil && context.Cause(ctx) == silent {
		return &passing{error: silent}
	}
	return err
}

// status makes an error of an answer that is none.
func status(r *http.Response) error {
	err := fmt.Errorf("the server answers %q", r.Status)
	switch r.StatusCode {
	case http.StatusNotFound, http.StatusGone:
		return storage.ErrNotFound
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
	default:
		if r.StatusCode < 500 || r.StatusCode == http.StatusNotImplemented {
			return err
		}
	}
	seconds, _ := strconv.Atoi(r.Header.Get("Retry-After")) // or a date, which is not worth the trouble
	return &passing{err, time.Duration(max(0, min(seconds, 3600))) * time.Second}
}
