# SPDX-License-Identifier: MIT
#
#   make         build (the tool is build/uprime)
#   make demo    install what is missing, build, and show what it does
#   make check   install what is missing, and run all tests
#   make fuzz    hostile programs against displays, with sanitizers: SECONDS, SEED
#   make bench   install what is missing, and measure, Linux's vgem as well
#   make oracle-vkms   build a kernel with vkms, and ask it what displays answer
#   make programs   run compositors and piglit as well (2 GB of packages)

BUILD ?= build
SECONDS ?= 60
SEED ?= 1

all: $(BUILD)/build.ninja
	ninja -C $(BUILD)

$(BUILD)/build.ninja:
	scripts/need.sh build
	meson setup $(BUILD)

demo:
	scripts/need.sh demo
	$(MAKE) --no-print-directory all
	demo/demo.sh $(BUILD)

check:
	scripts/need.sh check
	$(MAKE) --no-print-directory all
	tests/check.sh $(BUILD)

fuzz:
	scripts/need.sh check
	$(MAKE) --no-print-directory all
	tests/fuzz/fuzz.sh $(BUILD) $(SECONDS) $(SEED)
	[ -f $(BUILD)-asan/build.ninja ] || meson setup $(BUILD)-asan \
		-Db_sanitize=address,undefined -Db_lundef=false
	ninja -C $(BUILD)-asan uprime uprime-look libuprime-preload.so tests/fuzz/fuzz
	tests/fuzz/fuzz.sh $(BUILD)-asan $(SECONDS) $(SEED)
	[ -f $(BUILD)-tsan/build.ninja ] || meson setup $(BUILD)-tsan \
		-Db_sanitize=thread -Db_lundef=false
	ninja -C $(BUILD)-tsan uprime uprime-look libuprime-preload.so tests/fuzz/fuzz
	tests/fuzz/fuzz.sh $(BUILD)-tsan $(SECONDS) $(SEED)

bench:
	scripts/need.sh bench
	$(MAKE) --no-print-directory all
	$(BUILD)/uprime bench --json $(BUILD)/bench.json \
		--plot $(BUILD)/plots \
		--guest "env ORACLE_TIMEOUT=600 sh tests/oracle/guest.sh $(BUILD)"

oracle-vkms:
	scripts/need.sh vkms
	$(MAKE) --no-print-directory all
	tests/conformance/kms.sh $(BUILD) record

programs:
	scripts/need.sh programs
	$(MAKE) --no-print-directory all
	meson test -C $(BUILD) --print-errorlogs --suite programs

install: all
	meson install -C $(BUILD)

clean:
	rm -rf $(BUILD) $(BUILD)-asan $(BUILD)-tsan

.PHONY: all demo check fuzz bench oracle-vkms programs install clean
