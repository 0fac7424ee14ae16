# Everything runs with the go command alone; these are the usual ways to call it.
GO ?= go

# Rooms where goroutines meet.
RACE = ./internal/db ./internal/guard ./internal/session ./internal/iam ./internal/audit ./internal/store/...

.PHONY: all build test vet unit covered race stories clients generate fuzz bench bench-policy clean

all: build

# One static binary, the same bytes from the same source wherever it is built.
build:
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/daypass ./cmd/daypass

# Vet and every test of the product, then the stories with real clients. It ends with the summary lines of go test.
test: clients vet unit covered race stories

vet:
	$(GO) vet ./...
	cd e2e && $(GO) vet ./...

unit:
	$(GO) test ./...
	cd bench && $(GO) test ./...

# Every function of the policy language is reached by the tests of its own package.
covered:
	@mkdir -p bin
	@$(GO) test -short -coverprofile=bin/policy.cover ./policy/... > bin/policy.cover.log || { cat bin/policy.cover.log; exit 1; }
	@missed=$$($(GO) tool cover -func=bin/policy.cover | awk '$$NF == "0.0%"'); \
	if [ -n "$$missed" ]; then echo 'no test of its package reaches:'; echo "$$missed"; exit 1; fi; \
	echo 'every function of policy/... is reached'

race:
	$(GO) test -race $(RACE)

stories:
	cd e2e && $(GO) test -count=1 ./...

# The command line clients that the stories are told with.
clients:
	@./e2e/install.sh

# Generated code is committed; this fails when it is not what the generator makes.
generate:
	@before=$$(find . -name '*_gen.go' -exec cksum {} + | sort); \
	$(GO) generate ./...; \
	after=$$(find . -name '*_gen.go' -exec cksum {} + | sort); \
	if [ "$$before" != "$$after" ]; then echo 'generated code was out of date; it is fresh now: commit it'; exit 1; fi; \
	echo 'generated code is up to date'

# A short run of every fuzz test.
FUZZTIME ?= 10s
fuzz:
	@for p in $$($(GO) list ./...); do \
		for f in $$($(GO) test -list '^Fuzz' $$p | grep '^Fuzz'); do \
			echo "$$p $$f"; \
			$(GO) test -run '^$$' -fuzz "^$$f\$$" -fuzztime $(FUZZTIME) $$p || exit 1; \
		done; \
	done

# Requests per second of AssumeRole, beside the least that such a server could do.
bench:
	cd e2e && $(GO) run ./bench

# Decisions a second of the policy engine, beside Cedar and OPA.
bench-policy:
	cd bench && $(GO) test -run '^$$' -bench . -timeout 30m ./...

clean:
	rm -rf bin
