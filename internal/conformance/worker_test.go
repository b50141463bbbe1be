package conformance

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	osexec "os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/ndgrid/ndgrid/internal/plan"
)

// workerEnv makes this program compute plans from its standard input instead of
// running tests.
const workerEnv = "NDGRID_CONFORMANCE_WORKER"

func TestMain(m *testing.M) {
	if os.Getenv(workerEnv) == "" {
		os.Exit(m.Run())
	}
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// Messages are a length of 4 bytes and as many bytes; an answer's first byte
// is 1 where the rest is the text of an error.
func send(w *bufio.Writer, parts ...[]byte) error {
	n := 0
	for _, p := range parts {
		n += len(p)
	}
	var head [4]byte
	binary.LittleEndian.PutUint32(head[:], uint32(n))
	for _, p := range append([][]byte{head[:]}, parts...) {
		if _, err := w.Write(p); err != nil {
			return err
		}
	}
	return w.Flush()
}

func receive(r io.Reader) ([]byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	b := make([]byte, binary.LittleEndian.Uint32(head[:]))
	_, err := io.ReadFull(r, b)
	return b, err
}

// serve answers plans with the bytes of their first output until there are no more.
func serve(in io.Reader, out io.Writer) error {
	dir, err := os.MkdirTemp("", "conformance")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	r, w := bufio.NewReader(in), bufio.NewWriter(out)
	rng := rand.New(rand.NewPCG(1, 2))
	for {
		msg, err := receive(r)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		answer, err := answer(msg, rng, dir)
		if err != nil {
			err = send(w, []byte{1}, []byte(err.Error()))
		} else {
			err = send(w, []byte{0}, answer)
		}
		if err != nil {
			return err
		}
	}
}

func answer(msg []byte, r *rand.Rand, dir string) ([]byte, error) {
	ctx := context.Background()
	nodes, err := plan.Unmarshal(ctx, msg)
	if err != nil {
		return nil, err
	}
	got, err := compute(ctx, r, dir, nodes[0])
	if err != nil {
		return nil, err
	}
	return got[0], nil
}

// process is another process that answers messages one after the other.
type process struct {
	mu sync.Mutex
	w  *bufio.Writer
	r  *bufio.Reader
}

// start runs a program until the test ends.
func start(t *testing.T, cmd *osexec.Cmd) *process {
	t.Helper()
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("%s: %v", cmd.Path, err)
		}
	})
	return &process{w: bufio.NewWriter(in), r: bufio.NewReader(out)}
}

// startWorker runs this program as a worker, or the command in NDGRID_WORKER:
// this program built for another machine, behind an emulator of it.
func startWorker(t *testing.T) *process {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := strings.Fields(os.Getenv("NDGRID_WORKER"))
	if len(command) == 0 {
		command = []string{self}
	}
	cmd := osexec.Command(command[0], command[1:]...)
	cmd.Env = append(os.Environ(), workerEnv+"=1")
	return start(t, cmd)
}

// ask sends a message and returns the answer.
func (p *process) ask(parts ...[]byte) ([]byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := send(p.w, parts...); err != nil {
		return nil, err
	}
	b, err := receive(p.r)
	switch {
	case err != nil:
		return nil, err
	case len(b) > 0 && b[0] == 1:
		return nil, fmt.Errorf("%s", b[1:])
	}
	return b[1:], nil
}
