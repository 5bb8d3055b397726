# Every verb sets up what it needs and is quick when nothing has changed. `make demo` and `make test` are enough to start.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
JOBS ?= 2
VERSIONS ?= 6.0 6.0.1 6.1 6.1.1 6.2 6.3 6.4 7.0 7.1 8.0 9.0 9.1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

native_sources := $(shell find core deepstream host python/bindings -type f 2>/dev/null)
build_files := CMakeLists.txt python/CMakeLists.txt pyproject.toml
cpp_files = $(shell find core deepstream host python/bindings tests fuzz benchmarks -type f \
	\( -name '*.cpp' -o -name '*.hpp' -o -name '*.c' -o -name '*.h' \) 2>/dev/null)

.PHONY: help demo test lint format types docs site bench instructions library soak valgrind sanitize fuzz mutation coverage wheels wheels-check release-check clean

help:  ## say what each verb does
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

demo: $(VENV)/installed  ## track four simulated cameras through libByteTracker.so, write tracks and a picture to out/demo
	$(BIN)/streamtrack demo -o out/demo

test: $(VENV)/installed $(VENV)/camera $(VENV)/browser $(VENV)/valgrind $(VENV)/prometheus  ## run every test
	$(BIN)/pytest -n $(JOBS) --dist loadfile

lint: $(VENV)/linters  ## check the style of Python (ruff) and C++ (clang-format), and the GitHub workflows
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(if $(cpp_files),$(BIN)/clang-format --dry-run -Werror $(cpp_files))
	$(BIN)/check-jsonschema -q --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/zizmor --offline --quiet --no-progress --config .github/zizmor.yml .github/workflows

format: $(VENV)/linters  ## bring Python and C++ into style
	$(BIN)/ruff check --fix --exit-zero -q .
	$(BIN)/ruff format .
	$(if $(cpp_files),$(BIN)/clang-format -i $(cpp_files))

types: $(VENV)/installed $(VENV)/linters  ## check the types (mypy, strict)
	$(BIN)/mypy

docs: $(VENV)/installed  ## make anew what is made from the table of parameters and from the demo
	mkdir -p docs/images
	$(BIN)/streamtrack parameters --yaml > deepstream/config_tracker_ByteTrack.yml
	$(BIN)/streamtrack parameters --markdown > docs/parameters.md
	$(BIN)/streamtrack demo -o out/demo && cp out/demo/demo.png docs/images/demo.png
	$(BIN)/python -m docs.making.pictures

site: $(VENV)/documenters  ## build the documentation as a site into site/; a broken link is an error
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

bench: $(VENV)/peers  ## measure beside other trackers and beside the floor, write docs/performance.md
	$(BIN)/python -m benchmarks.performance

instructions: $(VENV)/installed  ## compare instruction counts with those last recorded
	$(BIN)/python -m benchmarks.instructions

library: $(VENV)/system  ## build lib/libByteTracker.so with CMake alone, as a DeepStream machine does
	cmake -S . -B .build/library
	cmake --build .build/library --target ByteTracker -- -j$(JOBS)

MINUTES ?= 10
soak: $(VENV)/installed  ## play hours of 64 cameras, MINUTES=10 in each of four ways: memory stays as it is, frames allocate nothing
	cmake -S . -B .build/native -DNATIVE_TESTS=ON
	cmake --build .build/native --target ByteTracker nvmot_soak -- -j$(JOBS)
	for variant in plain misc_data files; do \
	  .build/native/tests/native/nvmot_soak lib/libByteTracker.so 7.1 $$variant $(MINUTES) || exit 1; done
	$(BIN)/python -m tests.python.soak $(MINUTES)

valgrind: $(VENV)/valgrind  ## play every scenario of the native driver under valgrind, as every DeepStream version
	cmake -S . -B .build/native -DNATIVE_TESTS=ON
	cmake --build .build/native --target ByteTracker nvmot_driver nvmot_replay -- -j$(JOBS)
	mkdir -p .build/valgrind
	for version in $(VERSIONS); do \
	  valgrind --leak-check=full --show-leak-kinds=all --errors-for-leak-kinds=all --error-exitcode=9 \
	    --log-file=.build/valgrind/$$version.log .build/native/tests/native/nvmot_driver lib/libByteTracker.so $$version \
	    >.build/valgrind/$$version.out 2>.build/valgrind/$$version.err || { cat .build/valgrind/$$version.*; exit 1; }; \
	  echo "DeepStream $$version: $$(grep -c ^ok .build/valgrind/$$version.out) scenarios ok," \
	    $$(sed -n 's/^==[0-9]*== *\(in use at exit\|total heap usage\|ERROR SUMMARY\)/\1/p' .build/valgrind/$$version.log); done

SANITIZED := core_tests core_threads nvmot_driver nvmot_faults
# A malloc that fails can stand before the address sanitizer's, not before the thread sanitizer's.
sanitize: $(VENV)/system  ## run the native driver, failing files and memory, and the core's tests under the address, undefined and thread sanitizers
	for checks in address,undefined thread; do \
	  folder=.build/$${checks%%,*}; programs="$(SANITIZED)"; \
	  [ $$checks = thread ] || programs="$$programs nvmot_memory"; \
	  cmake -S . -B $$folder -DNATIVE_TESTS=ON -DSANITIZE=$$checks && \
	  cmake --build $$folder --target ByteTracker nvmot_replay $$programs -- -j$(JOBS) || exit 1; \
	  for program in $$programs; do \
	    case $$program in nvmot_*) stage="$$folder/deepstream/libByteTracker.so 7.1" ;; *) stage="" ;; esac; \
	    [ $$program != nvmot_memory ] || stage="$$stage out_of_memory core_out_of_memory"; \
	    UBSAN_OPTIONS=halt_on_error=1 TSAN_OPTIONS=die_after_fork=0 $$folder/tests/native/$$program $$stage || exit 1; done; done

FUZZERS := process yaml snapshot crowd
RUNS ?= 100000
# No entropic schedule: its bookkeeping took half the time. Leaks are looked for at the end of a run, over all its inputs.
fuzz_options := -runs=$(RUNS) -max_len=160 -entropic=0 -detect_leaks=0 -print_funcs=0 -close_fd_mask=2 -artifact_prefix=.build/fuzz/
fuzz: $(VENV)/clang  ## fuzz NvMOT_Process, the YAML reader, snapshots and crowds with clang's libFuzzer, RUNS=100000 inputs each
	CC=clang CXX=clang++ cmake -S . -B .build/fuzz -DFUZZ=ON -DCMAKE_BUILD_TYPE=None
	cmake --build .build/fuzz --target $(addprefix fuzz_,$(FUZZERS)) -- -j$(JOBS)
	for target in $(FUZZERS); do mkdir -p .build/fuzz/found/$$target; \
	  ASAN_OPTIONS=malloc_context_size=0:quarantine_size_mb=1 .build/fuzz/fuzz/fuzz_$$target $(fuzz_options) \
	    $$([ $$target = yaml ] && echo -dict=fuzz/yaml.dict) .build/fuzz/found/$$target fuzz/seeds/$$target || exit 1; done

SAMPLE ?= 300
mutation: $(VENV)/installed $(VENV)/scrutiny  ## make SAMPLE=300 small faults in the core, one after the other, and count those that the tests notice
	$(BIN)/python -m tests.mutation --sample $(SAMPLE)

counted_tests := tests/deepstream tests/fleet/test_restart.py tests/laws/test_life.py \
	$(addprefix tests/python/test_,tracker.py many_streams.py config.py instruction_sets.py)
# Those that end their process by a signal count nothing.
counted_memory := out_of_memory core_out_of_memory core_snapshots core_covariance
counted_faults := failing_files clock_jumps reload_in_one_second paths
coverage: $(VENV)/installed $(VENV)/scrutiny  ## count the lines of core and deepstream that native and Python tests run
	cmake -S . -B .build/coverage -DNATIVE_TESTS=ON -DCOVERAGE=ON -DCMAKE_BUILD_TYPE=None -DSKBUILD=2 \
	  -DPython_EXECUTABLE=$(CURDIR)/$(BIN)/python -Dnanobind_DIR=$$($(BIN)/python -m nanobind --cmake_dir)
	cmake --build .build/coverage --target ByteTracker nvmot_driver nvmot_memory nvmot_faults nvmot_replay \
	  core_tests core_threads _core -- -j$(JOBS)
	find .build/coverage -name '*.gcda' -delete
	.build/coverage/tests/native/core_tests
	.build/coverage/tests/native/core_threads
	for version in $(VERSIONS); do \
	  .build/coverage/tests/native/nvmot_driver .build/coverage/deepstream/libByteTracker.so $$version || exit 1; done
	.build/coverage/tests/native/nvmot_memory .build/coverage/deepstream/libByteTracker.so 7.1 $(counted_memory)
	.build/coverage/tests/native/nvmot_faults .build/coverage/deepstream/libByteTracker.so 7.1 $(counted_faults)
	PYTHONPATH=$(CURDIR)/tests/counted $(BIN)/pytest -p no:xdist --hypothesis-profile=streamtrack $(counted_tests)
	cd .build/coverage && $(CURDIR)/$(BIN)/gcovr -r ../.. --filter '../../core/' --filter '../../deepstream/' --merge-lines --txt - .

wheels: $(VENV)/releasers $(VENV)/ccache  ## build the sdist, the wheels, the tarballs and Debian packages into dist, for x86-64 and aarch64
	CMAKE_BUILD_PARALLEL_LEVEL=$(JOBS) $(BIN)/python -m release.wheels
	$(BIN)/python -m release.bundle

wheels-check: $(VENV)/installed $(VENV)/releasers  ## test what lies in dist: under emulation, on an old system, in empty environments
	$(BIN)/pytest tests/release

release-check: lint types test wheels wheels-check  ## run all that a release needs and say what is still missing
	$(BIN)/python -m release.check

clean:  ## remove what was built
	rm -rf .build build lib out dist site $(VENV)

# What a fresh machine lacks comes from apt; where nothing is missing nothing is asked.
$(VENV)/system:
	@missing=""; \
	command -v g++ >/dev/null || missing="$$missing g++"; \
	command -v cmake >/dev/null || missing="$$missing cmake"; \
	command -v make >/dev/null || missing="$$missing make"; \
	[ -e /usr/include/yaml.h ] || missing="$$missing libyaml-dev"; \
	$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || missing="$$missing python3-venv"; \
	if [ -n "$$missing" ]; then \
	  sudo=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	  echo "installing$$missing"; \
	  $$sudo apt-get update -q && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -qy $$missing </dev/null; \
	fi
	@mkdir -p $(VENV) && touch $@

# What some tests and tools need, and are left out without.
optional = sudo=$$([ "$$(id -u)" = 0 ] || echo sudo -n); $$sudo apt-get update -q && \
	  DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -qy --no-install-recommends $(1) </dev/null

# The tests of live cameras need an RTSP server; where it cannot be installed they are skipped and say so.
camera_packages := gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-good
$(VENV)/camera: | $(VENV)/system
	@/usr/bin/python3 -c 'import gi; gi.require_version("GstRtspServer", "1.0")' 2>/dev/null || { $(call optional,$(camera_packages)); } || true
	@touch $@

# The tests of the report need Chromium; where it cannot be installed they are skipped and say so.
$(VENV)/browser: | $(VENV)/system
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || { $(call optional,chromium); } || true
	@touch $@

# Valgrind and strace: their tests are skipped where they cannot be installed, and say so.
$(VENV)/valgrind: | $(VENV)/system
	@{ command -v valgrind && command -v strace; } >/dev/null || { $(call optional,valgrind strace); } || true
	@touch $@

# The fuzzers need clang and its sanitizers, which some distributions put into a package with its version in the name.
$(VENV)/clang: | $(VENV)/system
	@links() { echo 'int main() { return 0; }' | clang++ -fsanitize=address -x c++ -o /dev/null - 2>/dev/null; }; \
	links || { \
	  install="$$([ "$$(id -u)" = 0 ] || echo sudo) apt-get install -qy --no-install-recommends"; \
	  export DEBIAN_FRONTEND=noninteractive; \
	  $$([ "$$(id -u)" = 0 ] || echo sudo) apt-get update -q && $$install clang </dev/null && \
	  { links || $$install libclang-rt-$$(clang -dumpversion | cut -d. -f1)-dev </dev/null; } && links; }
	@touch $@

# The library is the same in three wheels: without ccache it is compiled three times.
$(VENV)/ccache: | $(VENV)/system
	@command -v ccache >/dev/null || { $(call optional,ccache); } || true
	@touch $@

# The tests of live fleets need Prometheus; where it cannot be had they are skipped and say so. Its
# packages are only unpacked, since installed ones would start services that listen on the network.
fleet_packages := prometheus prometheus-node-exporter
$(VENV)/prometheus: | $(VENV)/system
	@mkdir -p $@.new && cd $@.new && { \
	  command -v promtool >/dev/null && command -v prometheus-node-exporter >/dev/null || { \
	    sudo=$$([ "$$(id -u)" = 0 ] || echo sudo -n); $$sudo apt-get update -q; \
	    apt-get download -q $(fleet_packages) && for package in *.deb; do dpkg -x $$package .; done; }; \
	  rm -f *.deb; } || true
	@rm -rf $@ && mv $@.new $@

$(VENV)/builders: pyproject.toml | $(VENV)/system
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q --upgrade pip
	$(BIN)/pip install -q $$(sed -n 's/^requires = \[\(.*\)\]/\1/p' pyproject.toml | tr -d '",')
	@touch $@

# Editable, so that a change in Python needs no step; a change in C++ rebuilds what it touches.
$(VENV)/installed: $(VENV)/builders $(native_sources) $(build_files)
	CMAKE_BUILD_PARALLEL_LEVEL=$(JOBS) $(BIN)/pip install -q --no-build-isolation --editable '.[test]'
	@touch $@

$(VENV)/linters: pyproject.toml | $(VENV)/builders
	$(BIN)/pip install -q $$(sed -n 's/^lint = \[\(.*\)\]/\1/p' pyproject.toml | tr -d '",')
	@touch $@

$(VENV)/scrutiny: pyproject.toml | $(VENV)/builders
	$(BIN)/pip install -q $$(sed -n 's/^mutation = \[\(.*\)\]/\1/p; s/^coverage = \[\(.*\)\]/\1/p' pyproject.toml | tr -d '",')
	@touch $@

# norfair-rs has wheels for Python 3.12 and newer alone; where there is none it is left out.
PYTHON312 ?= python3.12
$(VENV)/peers: benchmarks/requirements-peers.txt | $(VENV)/installed
	$(BIN)/pip install -q -r benchmarks/requirements-peers.txt
	if $(PYTHON312) -c '' 2>/dev/null; then \
	  $(PYTHON312) -m venv $(VENV)/norfair && $(VENV)/norfair/bin/pip install -q numpy norfair-rs==0.4.3; fi
	@touch $@

# MkDocs 2 has no plugins, so that the theme needs MkDocs 1; its warning of that is silenced above.
$(VENV)/documenters: pyproject.toml | $(VENV)/builders
	$(BIN)/pip install -q $$(sed -n 's/^docs = \[\(.*\)\]/\1/p' pyproject.toml | tr -d '",')
	@touch $@

$(VENV)/releasers: pyproject.toml | $(VENV)/builders
	$(BIN)/pip install -q $$(sed -n 's/^release = \[\(.*\)\]/\1/p' pyproject.toml | tr -d '",')
	@touch $@
