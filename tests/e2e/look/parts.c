/* SPDX-License-Identifier: MIT */
/* What uprime-look is made of: names of files, keys, addresses, the queue. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h wants the above first */
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <linux/input-event-codes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "look.h"
#include "look_keys.h"
#include "look_listen.h"
#include "look_path.h"

static void name_says_what_is_wanted(void **state)
{
	(void)state;
	assert_int_equal(path_kind("out.png"), LOOK_LAST);
	assert_int_equal(path_kind("a.b/out.png"), LOOK_LAST);
	assert_int_equal(path_kind("out-%d.png"), LOOK_SEQUENCE);
	assert_int_equal(path_kind("%05d.png"), LOOK_SEQUENCE);
	assert_int_equal(path_kind("out.mkv"), LOOK_VIDEO);
	assert_int_equal(path_kind("out.mp4"), LOOK_VIDEO);
	assert_int_equal(path_kind("out.webm"), LOOK_VIDEO);
	assert_int_equal(path_kind("out"), LOOK_NONE);
	assert_int_equal(path_kind("out.gif"), LOOK_NONE);
	assert_int_equal(path_kind("a.png/out"), LOOK_NONE);
	assert_int_equal(path_kind("out-%s.png"), LOOK_NONE);
	assert_int_equal(path_kind("out-%.png"), LOOK_NONE);
	assert_int_equal(path_kind("out-%d-%d.png"), LOOK_NONE);
	assert_int_equal(path_kind("out-%123d.png"), LOOK_NONE);
}

static void number_and_display_are_in_the_name(void **state)
{
	static const struct {
		const char *file, *display;
		uint64_t number;
		const char *path;
	} cases[] = {
		{"out.png", NULL, 1, "out.png"},
		{"out.png", "card0-Virtual-2", 1, "out-card0-Virtual-2.png"},
		{"a.b/f-%05d.png", NULL, 42, "a.b/f-00042.png"},
		{"f-%d.png", NULL, 123456, "f-123456.png"},
		{"f-%3d.png", NULL, 7, "f-  7.png"},
		{"f-%02d-x.png", NULL, 123, "f-123-x.png"},
		{"f-%02d.png", "card1-HDMI-A-1", 3, "f-03-card1-HDMI-A-1.png"},
		{"v%d.mkv", "x", 0, "v%d-x.mkv"},
	};
	char path[64];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(path_of(path, sizeof(path), cases[i].file,
					 cases[i].display, cases[i].number),
				 0);
		assert_string_equal(path, cases[i].path);
	}
	assert_int_equal(path_of(path, 7, "out.png", NULL, 1), -ENAMETOOLONG);
	assert_int_equal(path_of(path, 8, "out.png", NULL, 1), 0);
}

static void keys_are_those_of_a_us_keyboard(void **state)
{
	static const struct {
		uint32_t keysym;
		uint16_t key;
	} cases[] = {
		{'a', KEY_A},
		{'A', KEY_A},
		{'z', KEY_Z},
		{'1', KEY_1},
		{'!', KEY_1},
		{'0', KEY_0},
		{')', KEY_0},
		{'=', KEY_EQUAL},
		{'+', KEY_EQUAL},
		{'p', KEY_P},
		{'}', KEY_RIGHTBRACE},
		{';', KEY_SEMICOLON},
		{'"', KEY_APOSTROPHE},
		{'`', KEY_GRAVE},
		{'|', KEY_BACKSLASH},
		{'m', KEY_M},
		{'?', KEY_SLASH},
		{' ', KEY_SPACE},
		{0xff0d, KEY_ENTER},
		{0xff1b, KEY_ESC},
		{0xffbe, KEY_F1},
		{0xffc9, KEY_F12},
		{0xffe1, KEY_LEFTSHIFT},
		{0xffe9, KEY_LEFTALT},
		{0xff51, KEY_LEFT},
		{0xffb5, KEY_KP5},
		{0, KEY_RESERVED},
		{0xe4, KEY_RESERVED},
		{0xffffffff, KEY_RESERVED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(key_of(cases[i].keysym), cases[i].key);
	}
}

static void who_can_connect_is_known(void **state)
{
	static const struct {
		const char *text;
		bool local;
	} cases[] = {
		{NULL, true},
		{"127.0.0.1:5900", true},
		{"127.9.8.7:1", true},
		{"[::1]:65535", true},
		{"0.0.0.0:5900", false},
		{"[::]:5900", false},
		{"192.0.2.1:5900", false},
	};
	struct listen_at at;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(listen_parse(&at, cases[i].text), 0);
		assert_int_equal(listen_is_local(&at), cases[i].local);
	}
}

static void displays_have_ports_in_a_row(void **state)
{
	char first[LISTEN_TEXT], second[LISTEN_TEXT], taken[LISTEN_TEXT];
	struct listen_at at, again;
	int fds[3];

	(void)state;
	assert_int_equal(listen_parse(&at, NULL), 0);
	fds[0] = listen_next(&at);
	fds[1] = listen_next(&at);
	assert_int_equal(listen_parse(&again, NULL), 0);
	fds[2] = listen_next(&again);
	for (int i = 0; i < 3; i++) {
		assert_true(fds[i] >= 0);
	}
	listen_text(fds[0], first);
	listen_text(fds[1], second);
	listen_text(fds[2], taken);
	assert_memory_equal(first, "127.0.0.1:59", 12);
	assert_true(atoi(strchr(second, ':') + 1) >
		    atoi(strchr(first, ':') + 1));
	/* What was asked for by its number is that, or nothing. */
	assert_int_equal(listen_parse(&again, taken), 0);
	assert_int_equal(listen_next(&again), -EADDRINUSE);
	for (int i = 0; i < 3; i++) {
		close(fds[i]);
	}
}

/* Of look.c; here nobody is in the way. */
void look_give_way(void)
{
}

static int note_number(void *data, const struct picture *picture)
{
	uint64_t *last = data;

	if (picture->number == 3) {
		return -ENOSPC;
	}
	/* In order, and none after the one that failed. */
	assert_int_equal(picture->number, *last + 1);
	*last = picture->number;
	return 0;
}

static void queue_ends_with_the_first_error(void **state)
{
	struct queue queue;
	uint64_t last = 0;

	(void)state;
	assert_int_equal(queue_open(&queue, 1, note_number, &last), 0);
	assert_true(queue_has_room(&queue, SIZE_MAX));
	for (uint64_t i = 1; i <= 5; i++) {
		struct picture *picture = calloc(1, sizeof(*picture) + 4);

		assert_non_null(picture);
		picture->info.stride = 4;
		picture->info.height = 1;
		picture->number = i;
		queue_put(&queue, picture);
	}
	assert_int_equal(queue_close(&queue), -ENOSPC);
	assert_int_equal(last, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(name_says_what_is_wanted),
		cmocka_unit_test(number_and_display_are_in_the_name),
		cmocka_unit_test(keys_are_those_of_a_us_keyboard),
		cmocka_unit_test(who_can_connect_is_known),
		cmocka_unit_test(displays_have_ports_in_a_row),
		cmocka_unit_test(queue_ends_with_the_first_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
