// Package lint holds tests of the source tree itself: who imports whom, what
// is documented, and what must not stand in a file.
package lint

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	root     = "../.."
	module   = "github.com/ndgrid/ndgrid/"
	maxLines = 600
)

// arrows is the import table of docs/design.md: what each package may import
// of this module. A name that ends in /... stands for all packages below it;
// the first row that fits counts. "std" alone means the standard library and
// nothing else.
var arrows = []struct{ pkg, may string }{
	{"nd", "std"},
	{"diag", "std"},
	{"internal/viz", "std"},
	{"stream", "std"},
	{"internal/trips", "std"},
	{"internal/peer", ""}, // for tests

	{"internal/kernel/simd", "std"},
	{"internal/kernel", "nd internal/kernel/simd"},
	{"storage", "nd internal/kernel"},
	{"internal/plan", "nd internal/kernel storage"},
	{"internal/exec", "nd internal/kernel storage internal/plan diag internal/viz"},
	{"cf", "nd internal/kernel storage diag"},
	{"chunkgrid", "nd internal/kernel storage internal/plan internal/exec diag internal/viz cf"},
	{"ufunc", "nd internal/kernel storage internal/plan internal/exec diag internal/viz chunkgrid"},
	{"reduce", "nd internal/kernel storage internal/plan internal/exec diag internal/viz chunkgrid"},
	{"linalg", "nd internal/kernel storage internal/plan internal/exec diag internal/viz chunkgrid"},
	{"random", "nd internal/kernel storage internal/plan internal/exec diag internal/viz chunkgrid"},
	{"table", "stream nd internal/kernel storage internal/plan internal/exec diag internal/viz chunkgrid ufunc reduce linalg random"},
	{"delayed", "nd internal/kernel storage internal/plan internal/exec diag internal/viz chunkgrid ufunc reduce linalg random"},

	// Codecs fail with the error values of storage, and see no more of it.
	{"storage/codec", "nd internal/kernel storage"},
	{"storage/storagetest", "nd internal/kernel storage"},
	// The Zarr driver opens directories: a store over which it lies.
	{"storage/zarr", "nd internal/kernel storage storage/codec storage/dir"},
	// Only std, commands, examples, benchmarks and tests know concrete drivers.
	{"storage/std", "storage/..."},
	{"storage/...", "nd internal/kernel storage storage/codec"},
	{"cmd/...", "..."},
	{"examples/...", "..."},
	{"bench/...", "..."},
	{"bench", "..."},
	{"internal/conformance", "..."}, // tests of all the layers together
	{"internal/interop", "..."},     // tests with the libraries of others
	{"examples", ""},                // a test of those below it
	{"internal/lint", ""},
}

// public are the packages users import; what they export is documented.
func public(pkg string) bool {
	return !strings.HasPrefix(pkg, "internal/") && !strings.HasPrefix(pkg, "cmd/") &&
		!strings.HasPrefix(pkg, "examples") && !strings.HasPrefix(pkg, "bench")
}

func fits(pattern, pkg string) bool {
	if pattern == "..." {
		return true
	}
	below, ok := strings.CutSuffix(pattern, "/...")
	return pattern == pkg || ok && strings.HasPrefix(pkg, below+"/")
}

func allowed(pkg string) (may []string, known bool) {
	for _, row := range arrows {
		if fits(row.pkg, pkg) {
			return strings.Fields(row.may), true
		}
	}
	return nil, false
}

// imports lists the packages of the module, with what they import outside tests.
func imports(t *testing.T) map[string][]string {
	t.Helper()
	cmd := exec.Command("go", "list", "-e", "-f", `{{.ImportPath}}:{{join .Imports " "}}`, "./...")
	cmd.Dir, cmd.Stderr = root, os.Stderr
	out, err := cmd.Output()
	require.NoError(t, err)
	list := map[string][]string{}
	for line := range strings.Lines(string(out)) {
		pkg, deps, ok := strings.Cut(strings.TrimSpace(line), ":")
		require.True(t, ok, line)
		list[strings.TrimPrefix(pkg, module)] = strings.Fields(deps)
	}
	return list
}

func TestImportTable(t *testing.T) {
	for pkg, deps := range imports(t) {
		may, known := allowed(pkg)
		if !assert.True(t, known, "package %s is not in the import table: add a row, here and in docs/design.md", pkg) {
			continue
		}
		for _, dep := range deps {
			own, ours := strings.CutPrefix(dep, module)
			switch {
			case ours:
				assert.True(t, slices.ContainsFunc(may, func(p string) bool { return fits(p, own) }), "%s imports %s; it may import %v", pkg, own, may)
			case slices.Contains(may, "std"):
				assert.NotContains(t, strings.Split(dep, "/")[0], ".", "%s imports %s; it may import the standard library only", pkg, dep)
			}
		}
	}
}

// sources parses the files of a package outside tests, whatever their build tags.
func sources(t *testing.T, pkg string) (*token.FileSet, []*ast.File) {
	t.Helper()
	fset := token.NewFileSet()
	names, err := filepath.Glob(filepath.Join(root, pkg, "*.go"))
	require.NoError(t, err)
	var files []*ast.File
	for _, name := range names {
		if !strings.HasSuffix(name, "_test.go") {
			f, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
			require.NoError(t, err)
			files = append(files, f)
		}
	}
	return fset, files
}

// declared is a name of a package's top level, or a method.
type declared struct {
	name       string // "Add", "Array.Shape"
	pos        token.Pos
	documented bool
}

// exported lists the exported names of a file.
func exported(f *ast.File) []declared {
	var list []declared
	add := func(doc bool, recv string, names ...*ast.Ident) {
		for _, n := range names {
			if n.IsExported() {
				list = append(list, declared{recv + n.Name, n.Pos(), doc})
			}
		}
	}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				add(d.Doc != nil, "", d.Name)
			} else if recv := receiver(d.Recv.List[0].Type); ast.IsExported(recv) {
				add(d.Doc != nil || wellKnown[d.Name.Name], recv+".", d.Name)
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					add(d.Doc != nil || s.Doc != nil, "", s.Name)
				case *ast.ValueSpec:
					add(d.Doc != nil || s.Doc != nil || s.Comment != nil, "", s.Names...)
				}
			}
		}
	}
	return list
}

// wellKnown are methods whose meaning an interface of the standard library gives.
var wellKnown = map[string]bool{"Error": true, "String": true, "Unwrap": true, "Len": true, "Less": true, "Swap": true}

func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.IndexListExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

func TestExportedNamesAreDocumented(t *testing.T) {
	for pkg := range imports(t) {
		if !public(pkg) {
			continue
		}
		fset, files := sources(t, pkg)
		assert.True(t, slices.ContainsFunc(files, func(f *ast.File) bool { return f.Doc != nil }), "package %s has no comment", pkg)
		for _, f := range files {
			for _, d := range exported(f) {
				assert.True(t, d.documented, "%s: %s has no comment", fset.Position(d.pos), d.name)
			}
		}
	}
}

// With dot imports of both, programs read like mathematics.
func TestUfuncAndReduceShareNoName(t *testing.T) {
	where := map[string]string{}
	for _, pkg := range []string{"ufunc", "reduce"} {
		_, files := sources(t, pkg)
		require.NotEmpty(t, files, "package %s is missing; there are %v", pkg, imports(t))
		for _, f := range files {
			for _, d := range exported(f) {
				if other, taken := where[d.name]; taken && other != pkg {
					t.Errorf("%s.%s and %s.%s: the packages must not share a name", other, d.name, pkg, d.name)
				}
				where[d.name] = pkg
			}
		}
	}
}

// skipped are folders that hold nothing of ours.
var skipped = []string{".git", ".venv", "node_modules", "bin", "demo-out", "rapid", "__pycache__"}

// textFiles calls check with every file of the tree that is text.
func textFiles(t *testing.T, check func(name, text string)) {
	t.Helper()
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			if d != nil && d.IsDir() && slices.Contains(skipped, d.Name()) {
				return fs.SkipDir
			}
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if text := string(data); !strings.Contains(text[:min(len(text), 4096)], "\x00") {
			check(filepath.ToSlash(rel), text)
		}
		return err
	})
	require.NoError(t, err)
}

// What must not stand in a file: paths of one machine, and hosts of registries,
// which are everybody's own choice.
var (
	machinePath = regexp.MustCompile(`(^|[^\w./$~})-])/(wo` + `rk|tm` + `p|ro` + `ot|ho` + `me)/`)
	registry    = regexp.MustCompile(`proxy\.gol` + `ang\.org|registry\.npm` + `js\.org|pypi\.o` + `rg|files\.pythonh` + `osted`)
)

func TestFiles(t *testing.T) {
	textFiles(t, func(name, text string) {
		for i, line := range strings.Split(text, "\n") {
			assert.False(t, machinePath.MatchString(line), "%s:%d: a path of one machine: %.120s", name, i+1, line)
			assert.False(t, name != "go.sum" && registry.MatchString(line), "%s:%d: a registry's host: %.120s", name, i+1, line)
		}
		if path.Ext(name) == ".go" && !strings.HasSuffix(name, "_test.go") && !strings.HasPrefix(text, "// Code generated by") {
			assert.LessOrEqual(t, strings.Count(text, "\n"), maxLines, "%s: more lines than one idea takes", name)
		}
	})
}

// Every public package shows how it is used.
func TestEveryPublicPackageHasAnExample(t *testing.T) {
	for pkg := range imports(t) {
		if !public(pkg) || pkg == "storage/std" {
			continue
		}
		tests, err := filepath.Glob(filepath.Join(root, pkg, "*_test.go"))
		require.NoError(t, err)
		found := false
		for _, name := range tests {
			f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
			require.NoError(t, err)
			for _, d := range f.Decls {
				if fn, ok := d.(*ast.FuncDecl); ok && strings.HasPrefix(fn.Name.Name, "Example") {
					found = true
				}
			}
		}
		assert.True(t, found, "package %s has no Example", pkg)
	}
}
