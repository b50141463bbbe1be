# Everything a developer runs. `make` lists it; `make check` is what continuous
# integration runs. Works from a fresh clone: nothing but Go and Python 3 is
# taken for granted (and Node, where present, for one more check).

GO     ?= go
PYTHON ?= python3
DATA   ?= ../shared/data
OUT    ?= demo-out

GOLANGCI := $(GO) run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
VENV     := .venv/.ready
PEERS    := bench/peers/.venv/.ready
ZARRITA  := testdata/zarrita/node_modules/.ready

# Tests read and write with the Python and the JavaScript libraries named here;
# those that find the variable unset skip, and say so.
export NDGRID_PYTHON  ?= $(CURDIR)/.venv/bin/python
export NDGRID_ZARRITA ?= $(if $(shell command -v npm),$(CURDIR)/testdata/zarrita)

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: deps
deps: ## install libhdf5-dev and friends with apt-get where missing (root), or say what is missing
	@./.ci/deps

.PHONY: venv
venv: $(VENV) $(if $(NDGRID_ZARRITA),$(ZARRITA)) ## the libraries that tests compare with: NumPy, h5py, zarr-python…, zarrita

$(VENV): testdata/requirements.txt | deps
	@rm -rf .venv && $(PYTHON) -m venv .venv
	@.venv/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

$(ZARRITA): testdata/zarrita/package-lock.json
	@cd testdata/zarrita && npm ci --silent --no-audit --no-fund
	@touch $@

.PHONY: build
build: deps ## build every package, and bin/ndinfo
	$(GO) build ./...
	$(GO) build -o bin/ndinfo ./cmd/ndinfo

.PHONY: test
test: deps venv ## run all tests; make examples runs those programs
	$(GO) test $$($(GO) list ./... | grep -v '/examples$$')

.PHONY: race
race: deps ## run the tests under the race detector: fewer cases, without Python, and none of what has no goroutines of its own
	NDGRID_PYTHON= NDGRID_ZARRITA= $(GO) test -race -short $$($(GO) list ./... | grep -vE '/(bench|cmd/ndinfo|examples|internal/(interop|kernel|lint))$$')

.PHONY: peers
peers: $(PEERS) ## the libraries that make bench compares with

$(PEERS): bench/peers/requirements.txt | deps
	@rm -rf bench/peers/.venv && $(PYTHON) -m venv bench/peers/.venv
	@bench/peers/.venv/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

.PHONY: bench
bench: deps peers ## measure all cases beside the peers, and write bench/RESULTS.md
	$(GO) run ./bench -peers numpy,numpy-plain,numexpr,dask,zarr,tensorstore,blosc2,h5py,pandas,polars -report bench/RESULTS.md

.PHONY: microbench
microbench: deps ## run the benchmarks of all packages
	$(GO) test -run '^$$' -bench . -benchmem ./...

.PHONY: demo
demo: build ## write and inspect example data: see what ndgrid does
	$(GO) run ./examples/demo -data $(DATA) -out $(OUT)
	bin/ndinfo $(OUT)/cube.zarr
	bin/ndinfo $(OUT)/results.zarr
	bin/ndinfo $(OUT)/results.zarr/spread --stats

.PHONY: examples
examples: deps venv ## run every program under examples/, and compare its output with its output.txt and peer.py
	$(GO) test -count=1 -v ./examples

.PHONY: generate
generate: ## write the assembly of internal/kernel/simd again
	@cd internal/kernel/simd/gen && $(GO) build -o ../../../../bin/gen . && for f in $$(../../../../bin/gen -list); do \
	  ../../../../bin/gen -family $$f -out ../$${f}_amd64.s -stubs ../$${f}_amd64.go -pkg simd && gofmt -w ../$${f}_amd64.go || exit 1; done

.PHONY: fmt
fmt: ## format the Go files
	gofmt -l -w $$(git ls-files '*.go')

.PHONY: fmt-check
fmt-check: ## fail where a Go file is not formatted
	@out=$$(gofmt -l $$(git ls-files '*.go')); [ -z "$$out" ] || { echo "$$out" >&2; exit 1; }

.PHONY: vet
vet: deps ## go vet
	$(GO) vet ./...

.PHONY: lint
lint: deps ## the linters of .golangci.yml
	$(GOLANGCI) run --allow-parallel-runners ./...

.PHONY: cross
cross: ## go vet for other systems, without cgo; for arm64 go build, and the same bits as here where qemu-aarch64-static is installed
	GO=$(GO) ./.ci/fused
	@if command -v qemu-aarch64-static >/dev/null; then echo "plans computed on arm64 too" && \
	  GOOS=linux GOARCH=arm64 CGO_ENABLED=0 $(GO) test -c -gcflags=./...=-d=fmahash=1/0 -o bin/arm64.test ./internal/conformance >/dev/null && \
	  NDGRID_WORKER="qemu-aarch64-static $(CURDIR)/bin/arm64.test" $(GO) test -count=1 -short -run '^TestPlans$$' ./internal/conformance; \
	  else echo "no qemu-aarch64-static: no plans computed on arm64"; fi
	GOOS=darwin GOARCH=arm64 CGO_ENABLED=0 $(GO) vet ./...
	GOOS=windows GOARCH=amd64 CGO_ENABLED=0 $(GO) vet ./...

.PHONY: nocgo
nocgo: venv ## without cgo: vet, and the tests of storage and of what opens it
	CGO_ENABLED=0 $(GO) vet ./...
	CGO_ENABLED=0 $(GO) test ./storage/... ./chunkgrid ./cmd/...

.PHONY: nohdf5
nohdf5: deps ## without HDF5: vet, and the tests of what says so
	$(GO) vet -tags nohdf5 ./...
	NDGRID_PYTHON= $(GO) test -tags nohdf5 ./storage/hdf5 ./cmd/...

.PHONY: libdeflate
libdeflate: venv ## inflating by libdeflate in place of libz: the tests of storage/hdf5
	@./.ci/deps libdeflate
	$(GO) test -tags libdeflate ./storage/hdf5

# A number of inputs, not a time: when a time is up, Go before 1.27 sometimes calls that a failure (golang/go#75804).
FUZZTIME ?= 3000x
.PHONY: fuzz
fuzz: deps ## try every fuzz target on FUZZTIME inputs
	@found=$$(mktemp -d) && trap 'rm -rf "$$found"' EXIT && \
	for pkg in $$(grep -rlE '^func Fuzz' --include=*_test.go . | xargs -n1 dirname | sort -u); do \
	  $(GO) test -c -fuzz . -o bin/fuzz.test $$pkg || exit 1; \
	  for target in $$(bin/fuzz.test -test.list '^Fuzz'); do \
	    echo "$$pkg $$target"; \
	    out=$$(cd $$pkg && $(CURDIR)/bin/fuzz.test -test.run '^$$' -test.fuzz "^$$target\$$" -test.fuzztime $(FUZZTIME) \
	      -test.fuzzminimizetime 100x -test.fuzzcachedir "$$found/$$pkg" 2>&1) || { echo "$$out"; exit 1; }; done; done

.PHONY: kills
kills: ## kill processes that write, 50 times each, and look at what they leave (20 seconds)
	NDGRID_KILLS=50 $(GO) test -count=1 -v -run TestKilled ./chunkgrid

.PHONY: s3
s3: venv ## the module storage/s3: vet, and its tests; after `make bin/versitygw` those against a real S3 server too
	cd storage/s3 && $(GO) vet ./... && NDGRID_VERSITYGW=$(wildcard $(CURDIR)/bin/versitygw) $(GO) test ./...

bin/versitygw:
	GOBIN=$(CURDIR)/bin $(GO) install github.com/versity/versitygw/cmd/versitygw@v1.8.0

.PHONY: purego
purego: venv ## without assembly: the tests of what computes, fewer cases
	$(GO) test -tags purego -short ./nd ./internal/kernel ./internal/exec ./internal/conformance ./storage/codec ./ufunc ./reduce ./linalg

.PHONY: check
check: ## all that continuous integration runs
	./.ci/run

.PHONY: clean
clean: ## remove what the other targets made
	rm -rf .venv bench/peers/.venv bin $(OUT) testdata/zarrita/node_modules
