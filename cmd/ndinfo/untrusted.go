package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// prefix begins every line that the command writes to stderr.
const prefix = "ndinfo: "

// childStatus is the error of a run that another process has done; it is that
// one's exit status, and it has said what there was to say.
type childStatus int

func (s childStatus) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

// crashed is the exit status of a process that Go's runtime ends, and of the
// command that tells of it.
const crashed = 2

// inChild runs the command in a child process, so that a library that crashes on
// a damaged file ends that one only. It always returns an error.
func inChild(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if o, ok := stdout.(*output); ok {
		stdout = o.w // a terminal, perhaps
	}
	words := &relay{w: stderr}
	cmd := exec.CommandContext(ctx, self, withoutFlag(args)...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, stdout, words
	err = cmd.Run()
	var ended *exec.ExitError
	switch last := words.last(); {
	case ctx.Err() != nil:
		return ctx.Err()
	case err == nil:
		return childStatus(0)
	case !errors.As(err, &ended):
		return err
	case ended.Exited() && (last == "" || ended.ExitCode() != crashed):
		return childStatus(ended.ExitCode())
	case last == "":
		last = ended.String() // "signal: killed"
		fallthrough
	default:
		fmt.Fprintln(stderr, prefix+"reading crashed, as libhdf5 does on some damaged files: "+last)
		return childStatus(crashed)
	}
}

// withoutFlag returns the arguments without --untrusted.
func withoutFlag(args []string) []string {
	end := slices.Index(args, "--")
	if end < 0 {
		end = len(args)
	}
	flags := slices.DeleteFunc(slices.Clone(args[:end]), func(a string) bool {
		return a == "--untrusted" || strings.HasPrefix(a, "--untrusted=")
	})
	return append(flags, args[end:]...)
}

// relay hands on the lines that the command has written, and keeps the first of
// those that it hasn't: the last words of a process that crashed.
type relay struct {
	w     io.Writer
	line  []byte // begun, and cut where it is long
	words string
}

// maxLine is the most bytes of a line that are looked at.
const maxLine = 64 << 10

func (r *relay) Write(b []byte) (int, error) {
	for rest := b; len(rest) > 0; {
		part, after, ended := bytes.Cut(rest, []byte("\n"))
		r.line = append(r.line, part[:min(len(part), maxLine-len(r.line))]...)
		rest = after
		if !ended {
			break
		}
		if err := r.end(); err != nil {
			return 0, err
		}
	}
	return len(b), nil
}

// end handles the line that has ended.
func (r *relay) end() error {
	text := string(r.line)
	r.line = r.line[:0]
	if strings.HasPrefix(text, prefix) {
		_, err := fmt.Fprintln(r.w, text)
		return err
	}
	if r.words == "" {
		r.words = oneLine(strings.TrimSpace(text))
	}
	return nil
}

// last returns the last words, "" where there were none.
func (r *relay) last() string {
	if r.words == "" {
		return oneLine(strings.TrimSpace(string(r.line)))
	}
	return r.words
}
