package kerchunk

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/ndgrid/ndgrid/storage"
)

// manifest is version 1 of the format.
type manifest struct {
	Version   *int                       `json:"version"`
	Refs      map[string]json.RawMessage `json:"refs"`
	Templates map[string]string          `json:"templates"`
	Gen       []json.RawMessage          `json:"gen"`
}

// parse reads and checks a manifest.
func parse(b []byte) (map[string]ref, error) {
	var m manifest
	if !utf8.Valid(b) {
		return nil, fmt.Errorf("%w: not UTF-8", storage.ErrCorrupt)
	}
	probe := struct{ Version, Refs json.RawMessage }{}
	if err := json.Unmarshal(b, &probe); err != nil {
		return nil, fmt.Errorf("%w: not a manifest: %w", storage.ErrCorrupt, err)
	}
	var err error
	if probe.Version == nil && probe.Refs == nil {
		err = json.Unmarshal(b, &m.Refs) // version 0
	} else {
		err = json.Unmarshal(b, &m)
	}
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: not a manifest: %w", storage.ErrCorrupt, err)
	case m.Version != nil && *m.Version != 1:
		return nil, fmt.Errorf("%w: version %d of reference manifests; 1 is read", storage.ErrUnsupported, *m.Version)
	case len(m.Gen) > 0:
		return nil, fmt.Errorf(`%w: "gen", references made by formulas; have kerchunk write them out`, storage.ErrUnsupported)
	case m.Refs == nil:
		return nil, fmt.Errorf(`%w: a manifest without "refs"`, storage.ErrCorrupt)
	}
	refs := make(map[string]ref, len(m.Refs))
	known := map[string]string{} // targets by what stands for them: one string for all references
	for key, raw := range m.Refs {
		err := storage.CheckKey(key)
		if err == nil {
			refs[key], err = m.ref(raw, known)
		}
		if err != nil {
			return nil, fmt.Errorf("%w: reference %q: %w", storage.ErrCorrupt, key, err)
		}
	}
	return refs, nil
}

// ref reads one reference.
func (m *manifest) ref(raw json.RawMessage, known map[string]string) (r ref, err error) {
	switch raw[0] {
	case '"':
		var text string
		if err = json.Unmarshal(raw, &text); err != nil {
			return r, err
		}
		if coded, ok := strings.CutPrefix(text, "base64:"); ok {
			r.inline, err = base64.StdEncoding.DecodeString(coded)
			return r, err
		}
		r.inline = []byte(text)
		return r, nil
	case '{': // JSON that isn't wrapped in a string
		r.inline = bytes.Clone(raw)
		return r, nil
	case '[':
		return m.part(raw, known)
	}
	return r, fmt.Errorf("%.40s is neither text nor [url, offset, length]", raw)
}

// part reads [url] or [url, offset, length].
func (m *manifest) part(raw json.RawMessage, known map[string]string) (r ref, err error) {
	var parts []json.RawMessage
	if err := json.Unmarshal(raw, &parts); err != nil {
		return r, err
	}
	if len(parts) != 1 && len(parts) != 3 {
		return r, fmt.Errorf("%.80s is not [url, offset, length]", raw)
	}
	var url string
	if err := json.Unmarshal(parts[0], &url); err != nil {
		return r, err
	}
	target, ok := known[url]
	if !ok {
		if target, err = m.expand(url); err != nil {
			return r, err
		}
		known[url] = target
	}
	if target == "" {
		return r, fmt.Errorf("%.80s names no target", raw)
	}
	r.target, r.length = target, -1
	if len(parts) == 1 {
		return r, nil
	}
	for i, to := range []*int64{&r.offset, &r.length} {
		if err := json.Unmarshal(parts[i+1], to); err != nil || *to < 0 {
			return r, fmt.Errorf("%.80s: offset and length are whole numbers, not negative", raw)
		}
	}
	if r.length > math.MaxInt64-r.offset {
		return r, fmt.Errorf("%d bytes at %d end beyond all files", r.length, r.offset)
	}
	return r, nil
}

var template = regexp.MustCompile(`{{\s*([^{}]*?)\s*}}`)

// expand puts in what templates stand for.
func (m *manifest) expand(url string) (string, error) {
	var err error
	out := template.ReplaceAllStringFunc(url, func(use string) string {
		name := template.FindStringSubmatch(use)[1]
		text, ok := m.Templates[name]
		if !ok {
			err = fmt.Errorf("%w: template %q in %q; templates that stand for text are read", storage.ErrUnsupported, name, url)
		} else if strings.Contains(text, "{{") {
			err = fmt.Errorf("%w: template %q is itself a formula: %q", storage.ErrUnsupported, name, text)
		}
		return text
	})
	return out, err
}
