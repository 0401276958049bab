# run and test need Go, git, make and gcc (for -race); nothing else of the network than module download. As root with
# apt, test also installs what docs/examples are run with (tools/examples-ready); elsewhere those are skipped.
.PHONY: run test bench bench-detection torture lint

run: ## the daemon, with the config.yaml that ships
	go run .

test: ## what has to pass before a commit
	go mod tidy -diff
	go vet ./...
	tools/examples-ready
	go test -race -shuffle=on ./...
	cd tools/interop && go mod tidy -diff && go vet ./... && go test -race ./...

bench: ## speed and size, beside a minimal loop in the same run; without -race
	BELLHOP_BENCH=1 go test -count=1 -run 'Speed|ReportMemory' -v ./monitor ./monitor/command/...
	go test -run '^$$' -bench . -benchmem ./...

SEEDS ?= 2000
SEED ?= 1
CAUSES ?= $(SEEDS)
KEEP ?=

bench-detection: ## how well trouble is told from noise, in SEEDS worlds of each kind (2000: some three hours of CPU; KEEP=folder keeps what is done); writes docs/detection.md
	go test -count=1 -timeout 240m -run '^TestDetection$$' -v ./monitor/bench -seeds=$(SEEDS) -causes=$(CAUSES) -seed=$(SEED) -keep=$(KEEP) -docs=$(CURDIR)/docs

torture: ## the laws of the book on a million inputs; the daemon killed 500 times while receivers of every kind fail, hang and lie, about 8 minutes
	BELLHOP_LAWS=1000000 go test -count=1 -run BookLaws ./monitor
	BELLHOP_TORTURE=500 go test -count=1 -run 'Torture|Flood' -timeout 30m -v ./monitor/command/...

lint: ## golangci-lint as pinned in tools/go.mod; the first run builds it, about a minute
	go tool -modfile=tools/go.mod golangci-lint run
