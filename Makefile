# SPDX-License-Identifier: MIT
#
#   make         build (the tool is build/uprime)
#   make demo    install what is missing, build, and show what it does
#   make check   install what is missing, and run all tests

BUILD ?= build

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

install: all
	meson install -C $(BUILD)

clean:
	rm -rf $(BUILD) $(BUILD)-asan $(BUILD)-tsan

.PHONY: all demo check install clean
