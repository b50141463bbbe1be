package delayed

import (
	"context"
	"fmt"
	"reflect"
	"runtime/debug"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Error is why a call failed: what the function returned, or that it panicked.
type Error struct {
	Func  string // its name
	Args  string // its arguments, large ones by type and length
	Err   error
	Stack string // of a panic
}

// Error returns "parse(trips.csv, 3): why".
func (e *Error) Error() string { return fmt.Sprintf("%s(%s): %v", e.Func, e.Args, e.Err) }

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// safely calls the function; a panic is an error.
func (f *function) safely(ctx context.Context, in []any) (result any, err error) {
	defer func() {
		if p := recover(); p != nil {
			why, ok := p.(error)
			if ok {
				why = fmt.Errorf("panic: %w", why)
			} else {
				why = fmt.Errorf("panic: %v", p)
			}
			err = &Error{f.name, texts(in), why, string(debug.Stack())}
		}
	}()
	if result, err = f.do(ctx, in); err != nil {
		err = &Error{Func: f.name, Args: texts(in), Err: err}
	}
	return result, err
}

const (
	maxArgs = 6  // in a text
	maxText = 48 // characters of each
)

// texts writes arguments, few and short.
func texts(args []any) string { return listed(args, text) }

// listed writes a list, of a long one the first few.
func listed[T any](list []T, text func(T) string) string {
	shown := len(list)
	if shown > maxArgs+1 {
		shown = maxArgs
	}
	var parts []string
	for _, v := range list[:shown] {
		parts = append(parts, text(v))
	}
	if shown < len(list) {
		parts = append(parts, fmt.Sprintf("… %d more", len(list)-shown))
	}
	return strings.Join(parts, ", ")
}

// text writes a value in a few characters, without going through large ones.
func text(v any) string {
	if s, ok := v.(fmt.Stringer); ok {
		return shorten(fmt.Sprint(s))
	}
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Invalid:
		return "nil"
	case reflect.String:
		return shorten(r.String())
	case reflect.Slice, reflect.Array:
		if k := r.Type().Elem().Kind(); r.Len() <= 8 && (k <= reflect.Complex128 || k == reflect.String) {
			parts := make([]string, r.Len())
			for i := range parts {
				parts[i] = text(r.Index(i).Interface())
			}
			return shorten("[" + strings.Join(parts, " ") + "]")
		}
		return fmt.Sprintf("%s of %d", shorten(r.Type().String()), r.Len())
	case reflect.Map:
		return fmt.Sprintf("%s of %d", shorten(r.Type().String()), r.Len())
	case reflect.Struct, reflect.Pointer, reflect.Func, reflect.Chan, reflect.UnsafePointer:
		return shorten(r.Type().String())
	default:
		return fmt.Sprint(v)
	}
}

// shorten writes a text in one line of few characters, whatever bytes it has.
func shorten(s string) string {
	cut, more := len(s), ""
	if cut > maxText {
		more = "…"
		for cut = maxText - len(more); cut > 0 && !utf8.RuneStart(s[cut]); {
			cut--
		}
	}
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return utf8.RuneError
		}
		return r
	}, s[:cut]) + more
}

// String returns the call, which isn't computed: "add(double(…), 4) int, not
// computed".
func (v Value[T]) String() string {
	kind := reflect.TypeFor[T]().String()
	switch {
	case v.n == nil:
		return kind + ", a zero Value"
	case v.n.call == nil:
		return fmt.Sprintf("%s %s", text(v.n.value), kind)
	}
	return fmt.Sprintf("%s %s, not computed", v.n.text(), kind)
}

// text writes a call whose arguments are calls with theirs left out.
func (n *node) text() string {
	args := listed(n.args, func(a *node) string {
		switch {
		case a == nil:
			return "zero Value"
		case a.call != nil:
			return a.call.name + "(…)"
		}
		return text(a.value)
	})
	return fmt.Sprintf("%s(%s)", n.call.name, args)
}
