# papkit: one Makefile, no recursion. `make help` lists the targets.
# VARIANT keeps objects of different flags apart: plain, sanitize, tsan, clang …
VARIANT ?= plain
ifeq ($(VARIANT),plain)
BUILD := build
else
BUILD := build/$(VARIANT)
endif
OBJ := $(BUILD)/obj
GEN := build/gen

# As many jobs as processors, unless the caller says otherwise.
ifeq ($(filter -j%,$(MAKEFLAGS)),)
MAKEFLAGS += -j$(shell nproc)
endif

CC ?= gcc
PYTHON := /usr/bin/python3
WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wmissing-prototypes -Wstrict-prototypes -Wvla -Werror
OPT ?= -O2 -g
CFLAGS += -std=c11 -D_GNU_SOURCE $(OPT) $(WARNINGS) -fPIC -fvisibility=hidden -MMD -MP $(VARIANT_FLAGS)
LDFLAGS += $(VARIANT_FLAGS)
PKG := libusb-1.0 libcrypto sqlite3 jansson criterion libavformat libavcodec libavutil
CPPFLAGS += -I. -I$(GEN) $(shell pkg-config --cflags $(PKG))

ifeq ($(VARIANT),sanitize)
VARIANT_FLAGS := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
OPT := -O1 -g
endif
ifeq ($(VARIANT),tsan)
VARIANT_FLAGS := -fsanitize=thread
OPT := -O1 -g
endif
ifeq ($(VARIANT),clang)
# For its warnings, which are the same however much it optimises.
CC := clang
OPT := -O0 -g
endif

ifeq ($(VARIANT),fuzz)
CC := clang
VARIANT_FLAGS := -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
OPT := -O1 -g
endif

sources = $(sort $(wildcard $(1)))
objects = $(patsubst %.c,$(OBJ)/%.o,$(1))

# The layers of each part, in the order data flows.
SIM_LAYERS := defect usb store mtp function function/still_image wire wire/usbip spec player control import cli
SPC_LAYERS := com sac sp mtp transport usbip
LUSB_LAYERS := libusb usbip
CONF_LAYERS := catalogue case run raw wmdm host report selftest cli \
	suites/usbip suites/usb suites/mtp suites/wmdm suites/host
# The judge speaks to devices through the provider's transports and initiator, and to providers
# through its channel's client half; never through the simulator's code.
JUDGE_SPC_LAYERS := mtp transport usbip sac com
layers = $(call sources,$(foreach layer,$(2),$(1)/$(layer)/*.c))

# What reads audio files is a plug-in: libavformat and its hundred libraries would slow every start.
MEDIA_SRC := simulator/player/media_libav.c simulator/player/media_facts.c
SIM_SRC := $(filter-out simulator/player/media_libav.c,$(call layers,simulator,$(SIM_LAYERS)))
SPC_SRC := $(call layers,spcore,$(SPC_LAYERS))
DEVIANT_SRC := $(call layers,spcore,deviant)
LUSB_SRC := $(call layers,spcore,$(LUSB_LAYERS))
CONF_SRC := $(call layers,conformance,$(CONF_LAYERS))
JUDGE_SPC_SRC := $(call layers,spcore,$(JUDGE_SPC_LAYERS))

$(OBJ)/deviant/spcore/%.o: CPPFLAGS += -DSPCORE_DEVIANT

PAPSIM := $(BUILD)/papsim
MEDIA := $(BUILD)/papsim-media.so
PAPCHECK := $(BUILD)/papcheck
SPCORE := $(BUILD)/libspcore.so
DEVIANT := $(BUILD)/libspcore-deviant.so
LUSB := $(BUILD)/libusb/libusb-1.0.so.0

.PHONY: all help
all: $(PAPSIM) $(MEDIA) $(PAPCHECK) $(SPCORE) $(DEVIANT) $(LUSB)

SIM_LIBS := -lcyaml -lsqlite3 -ljansson -lpthread -ldl
MEDIA_LIBS := -lavformat -lavcodec -lavutil
SPC_LIBS := -lusb-1.0 -lcrypto -lpthread
CONF_LIBS := -ljansson $(SPC_LIBS) -ldl

$(PAPSIM): $(call objects,$(SIM_SRC))
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(SIM_LIBS)

$(MEDIA): $(call objects,$(MEDIA_SRC))
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -shared -o $@ $^ $(MEDIA_LIBS)

$(SPCORE): $(call objects,$(SPC_SRC))
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -shared -Wl,-soname,libspcore.so -o $@ $^ $(SPC_LIBS)

# The provider's defects take hold of its own objects from outside: each SEAM(function) of their
# sources has the linker bring calls of that function to them (spcore/deviant/seam.h).
SEAMS = $(shell sed -n 's/^SEAM(\(.*\));$$/-Wl,--wrap=\1/p' $(DEVIANT_SRC))
$(DEVIANT): $(patsubst %.c,$(OBJ)/deviant/%.o,$(SPC_SRC)) $(call objects,$(DEVIANT_SRC))
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -shared -Wl,-soname,libspcore-deviant.so $(SEAMS) -o $@ $^ $(SPC_LIBS)

# A drop-in libusb-1.0 over USB/IP: libusb's public header, nothing of its library.
$(LUSB): $(call objects,$(LUSB_SRC))
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -shared -Wl,-soname,libusb-1.0.so.0 -o $@ $^ -lpthread

$(PAPCHECK): $(call objects,$(CONF_SRC) $(JUDGE_SPC_SRC))
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(CONF_LIBS)

$(OBJ)/%.o: %.c | generated
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(OBJ)/deviant/%.o: %.c | generated
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

# Constants both sides share; codecs they do not.
.PHONY: generated
generated: $(GEN)/mtp_codes.h $(GEN)/known_devices.h $(GEN)/sac_builtin.h $(GEN)/wmdm_certs.h
$(GEN)/mtp_codes.h: fixtures/mtp/codes.tsv ci/gen_mtp_codes.py
	@mkdir -p $(@D)
	$(PYTHON) ci/gen_mtp_codes.py $< > $@.tmp && mv $@.tmp $@

$(GEN)/known_devices.h: fixtures/mtp/known-devices.tsv ci/gen_known_devices.py
	@mkdir -p $(@D)
	$(PYTHON) ci/gen_known_devices.py $< > $@.tmp && mv $@.tmp $@

# Test certificates compiled in: root and default pair of the provider's channel; the judge's own.
CERTS := fixtures/certs
$(GEN)/sac_builtin.h: $(wildcard $(CERTS)/*) ci/gen_certs.py
	@mkdir -p $(@D)
	$(PYTHON) ci/gen_certs.py sac_root=$(CERTS)/ca.pem sac_certificate=$(CERTS)/provider.pem sac_key=$(CERTS)/provider.key > $@.tmp && mv $@.tmp $@
CERT_NAMES := application-high application-low application-stranger application-expired provider-high
$(GEN)/wmdm_certs.h: $(wildcard $(CERTS)/*) ci/gen_certs.py
	@mkdir -p $(@D)
	$(PYTHON) ci/gen_certs.py $(foreach n,$(CERT_NAMES),$(subst -,_,$(n))_certificate=$(CERTS)/$(n).pem $(subst -,_,$(n))_key=$(CERTS)/$(n).key) > $@.tmp && mv $@.tmp $@

# ---- unit tests: <part>/tests/<layer>/test_<file>.c, one Criterion binary each; a test links its part
# whole, less main().
tests_of = $(patsubst $(1)/tests/%.c,$(BUILD)/tests/$(1)/%,$(sort $(wildcard $(1)/tests/*/test_*.c)))
SIM_TESTS := $(call tests_of,simulator)
SPC_TESTS := $(call tests_of,spcore)
CONF_TESTS := $(call tests_of,conformance)
UNIT_TESTS := $(SIM_TESTS) $(SPC_TESTS) $(CONF_TESTS)

not_main = $(filter-out %_main.o,$(call objects,$(1)))
$(BUILD)/tests/simulator/%: $(OBJ)/simulator/tests/%.o $(call not_main,$(SIM_SRC)) | $(MEDIA)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(SIM_LIBS) -lcriterion
$(BUILD)/tests/spcore/%: $(OBJ)/spcore/tests/%.o $(call not_main,$(SPC_SRC))
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(SPC_LIBS) -lcriterion
# They start the player they talk to.
$(BUILD)/tests/spcore/mtp/test_mtpi_player $(BUILD)/tests/spcore/sp/test_sp_methods: | $(PAPSIM)
# Not the real libusb: its own objects, its library and a papsim to talk to.
LUSB_TESTS := $(filter $(BUILD)/tests/spcore/libusb/%,$(SPC_TESTS))
$(LUSB_TESTS): $(BUILD)/tests/spcore/libusb/%: $(OBJ)/spcore/tests/libusb/%.o $(call objects,$(LUSB_SRC)) | $(LUSB) $(PAPSIM)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ -lcriterion -lpthread -ldl
$(BUILD)/tests/conformance/%: $(OBJ)/conformance/tests/%.o $(filter-out $(OBJ)/conformance/suites/%,$(call not_main,$(CONF_SRC) $(JUDGE_SPC_SRC)))
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(CONF_LIBS) -lcriterion

.PHONY: unit clean
unit: $(UNIT_TESTS)
	sh ci/unit $(UNIT_TESTS)

# ---- the main job, and all that needs no virtual machine. pytest's exit 5 (nothing ran) is a
# failure by itself.
PYTEST := $(PYTHON) -m pytest -q -p no:cacheprovider
# A file of tests at a time on each processor: what a file's tests share is made once. A virtual
# machine is one file's, and takes 1 GiB.
SIDE_BY_SIDE := -n auto --maxprocesses 4 --dist loadfile
.PHONY: certify check selftest end-to-end
certify: all
	$(PAPCHECK) run --out out/certify

selftest: all
	$(PAPCHECK) selftest --out out/selftest

end-to-end: all
	$(PYTEST) $(SIDE_BY_SIDE) -m "not vm" conformance/orchestrate

check: all
	$(MAKE) unit
	$(MAKE) selftest
	$(MAKE) end-to-end

.PHONY: install
PREFIX ?= /usr/local
install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib $(DESTDIR)$(PREFIX)/include/papkit
	install -d $(DESTDIR)$(PREFIX)/share/papkit/players $(DESTDIR)$(PREFIX)/share/papkit/catalogue
	install -d $(DESTDIR)$(PREFIX)/lib/papkit
	install $(PAPSIM) $(PAPCHECK) $(DESTDIR)$(PREFIX)/bin
	install -m 644 $(LUSB) $(MEDIA) $(DESTDIR)$(PREFIX)/lib/papkit
	install -m 644 $(SPCORE) $(DESTDIR)$(PREFIX)/lib
	install -m 644 $(wildcard spcore/include/*.h) $(DESTDIR)$(PREFIX)/include/papkit
	install -m 644 $(wildcard fixtures/players/*.yaml) $(DESTDIR)$(PREFIX)/share/papkit/players
	install -m 644 $(wildcard conformance/catalogue/*.tsv) $(DESTDIR)$(PREFIX)/share/papkit/catalogue

# Real logs, a folder of them: each is imported, plugged, and compared with what mtp-detect prints.
.PHONY: check-corpus
check-corpus: $(PAPSIM) $(LUSB)
	@[ -n "$(DIR)" ] || { echo "check-corpus: expected DIR=FOLDER of mtp-detect logs" >&2; exit 2; }
	$(PYTHON) conformance/orchestrate/check_corpus.py --papsim $(PAPSIM) $(DIR)

# ---- everything around: static checks, sanitizers, a real Linux USB host
.PHONY: unit-build lint sanitize check-vm
unit-build: $(UNIT_TESTS)

lint: generated
	@MAKE='$(MAKE)' FLAGS='-std=c11 -D_GNU_SOURCE $(WARNINGS)' INCLUDES='$(CPPFLAGS)' sh ci/lint

sanitize:
	@MAKE='$(MAKE)' sh ci/sanitize

# Fuzz entry points over everybody's parsers: each runs FUZZ_SECONDS from what it found before.
.PHONY: fuzzers fuzz-smoke
FUZZ_SECONDS ?= 5
FUZZERS := $(patsubst ci/fuzz/%.c,$(BUILD)/%,$(wildcard ci/fuzz/fuzz_*.c))
FUZZ_SPC := fuzz_mtpi_dataset fuzz_usbip_client
$(FUZZ_SPC:%=$(BUILD)/%): $(BUILD)/%: $(OBJ)/ci/fuzz/%.o $(call objects,$(call layers,spcore,mtp transport usbip com))
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(SPC_LIBS)
$(BUILD)/fuzz_%: $(OBJ)/ci/fuzz/fuzz_%.o $(call not_main,$(SIM_SRC))
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(SIM_LIBS)

# The plug-in itself, with the sanitizers in it.
$(BUILD)/fuzz_media: $(OBJ)/simulator/player/media_libav.o
$(BUILD)/fuzz_media: SIM_LIBS += $(MEDIA_LIBS)

fuzzers: $(FUZZERS)
fuzz-smoke:
	$(MAKE) VARIANT=fuzz fuzzers
	@set -e; for one in $(notdir $(FUZZERS)); do mkdir -p build/fuzz/corpus/$$one; \
		echo "$$one: $(FUZZ_SECONDS) s"; \
		build/fuzz/$$one -max_total_time=$(FUZZ_SECONDS) -timeout=10 -verbosity=0 -print_final_stats=1 \
			-artifact_prefix=build/fuzz/$$one- build/fuzz/corpus/$$one; done

# Ratios beside their limits in the same run; then the judge's whole run, if it is built.
.PHONY: bench
BENCH_OBJ := $(OBJ)/ci/bench.o $(OBJ)/ci/bench_common.o $(OBJ)/ci/bench_limit.o $(OBJ)/ci/bench_exec.o
$(BUILD)/bench: $(BENCH_OBJ) $(call objects,$(call layers,spcore,mtp transport usbip com))
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(SPC_LIBS)
# A client like any other: libusb's own library, until `papsim exec` puts the drop-in in its place.
$(BUILD)/bench-program: $(OBJ)/ci/bench_program.o
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ -lusb-1.0
$(BUILD)/bench_scale: $(OBJ)/ci/bench_scale.o $(OBJ)/ci/bench_common.o $(call objects,$(call layers,spcore,mtp transport usbip com))
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(SPC_LIBS)
bench: $(BUILD)/bench $(BUILD)/bench-program $(BUILD)/bench_scale $(PAPSIM) $(LUSB)
	$(BUILD)/bench $(PAPSIM) $(BUILD)/bench-program $(wildcard $(PAPCHECK))
	$(BUILD)/bench_scale $(PAPSIM)
	$(MAKE) bench-vm

# The same in a virtual machine: a boot, some minutes.
.PHONY: bench-vm
$(BUILD)/bench_tcp: $(OBJ)/ci/bench_tcp.o
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^

bench-vm: $(BUILD)/bench_tcp $(PAPSIM) $(LUSB)
	ci/bench_vm $(PAPSIM) $(BUILD)/bench_tcp

# What the kernel lane runs inside the machine.
USBTEST := $(BUILD)/usbtest
$(USBTEST): $(OBJ)/ci/vm-tools/usbtest.o
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^

# CORPUS=FOLDER of mtp-detect logs: a sample of the players is compared with those, too.
check-vm: all $(USBTEST)
	$(PYTEST) $(SIDE_BY_SIDE) -m vm conformance/orchestrate

clean:
	rm -rf build out

-include $(shell find $(OBJ) -name '*.d' 2>/dev/null)
.SECONDARY:
