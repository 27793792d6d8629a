/* SPDX-License-Identifier: MIT */
/* The session's input devices, as evdev shows them. */
#include <linux/input.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>

#include "server/input.h"
#include "server/say.h"
#include "server/testbed.h"
#include "stage.h"

#define KEYBOARD 0
#define POINTER	 1
/* More than any socket holds. */
#define MANY 4096
/* Of ioctls by chance. */
#define ROUNDS 100000
#define PAGE   4096L

static struct server_input input;

/* The testbed of these tests: nothing but an empty folder. */
static char root[] = "/tmp/uprime-input-XXXXXX";
static struct testbed testbed = {.root = root};

int testbed_add_input(struct testbed *bed, const struct input_device *device)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/dev", bed->root);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/dev/input", bed->root);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s%s", bed->root, device->path);
	fd = creat(path, 0600);
	close(fd);
	return fd < 0 ? -errno : 0;
}

void say(const char *fmt, ...)
{
	(void)fmt;
}

static int make_devices(void **state)
{
	(void)state;
	input = (struct server_input){0};
	return input_open(&input, &testbed);
}

static int end_devices(void **state)
{
	(void)state;
	anon_file_dispatch();
	for (unsigned int i = 0; i < input.nr_devices; i++) {
		assert_true(list_empty(&input.devices[i].files));
		assert_null(input.devices[i].grab);
	}
	input_close(&input);
	return 0;
}

#define ON_INPUT(name)                                                         \
	cmocka_unit_test_setup_teardown(name, make_devices, end_devices)

static int open_device(int index)
{
	int fd = evdev_open(&input.devices[index]);

	assert_true(fd >= 0);
	fcntl(fd, F_SETFL, O_RDWR | O_NONBLOCK);
	return fd;
}

static long control(int fd, unsigned int cmd, void *arg)
{
	struct anon_file *file = anon_file_find(anon_file_cookie(fd));
	long ret;

	assert_non_null(file);
	ret = file->ops->ioctl(file, cmd, (unsigned long)arg);
	anon_file_put(file);
	return ret;
}

static void post(u16 type, u16 code, s32 value)
{
	assert_int_equal(input_post(&input, type, code, value), 0);
}

static void end_frame(void)
{
	post(EV_SYN, SYN_REPORT, 0);
}

static void expect_event(int fd, u16 type, u16 code, s32 value)
{
	struct input_event event = {0};

	assert_int_equal(read(fd, &event, sizeof(event)), sizeof(event));
	assert_int_equal(event.type, type);
	assert_int_equal(event.code, code);
	assert_int_equal(event.value, value);
}

static void expect_nothing(int fd)
{
	struct input_event event;

	assert_int_equal(read(fd, &event, sizeof(event)), -1);
	assert_int_equal(errno, EAGAIN);
}

TEST(a_key_is_read_with_the_end_of_its_frame)
{
	int fd = open_device(KEYBOARD);

	post(EV_KEY, KEY_A, 1);
	expect_nothing(fd);
	end_frame();
	expect_event(fd, EV_KEY, KEY_A, 1);
	expect_event(fd, EV_SYN, SYN_REPORT, 0);
	expect_nothing(fd);
	close(fd);
	post(EV_KEY, KEY_A, 0);
	end_frame();
}

TEST(what_changes_nothing_is_not_told)
{
	int fd = open_device(KEYBOARD), pointer = open_device(POINTER);

	post(EV_KEY, KEY_A, 0);
	post(EV_ABS, ABS_X, 0);
	post(EV_REL, REL_WHEEL, 0);
	end_frame();
	expect_nothing(fd);
	expect_nothing(pointer);
	post(EV_ABS, ABS_X, 7);
	end_frame();
	post(EV_ABS, ABS_X, 7);
	end_frame();
	expect_event(pointer, EV_ABS, ABS_X, 7);
	expect_event(pointer, EV_SYN, SYN_REPORT, 0);
	expect_nothing(pointer);
	close(fd);
	close(pointer);
}

TEST(an_event_is_for_the_device_that_has_it)
{
	int fd = open_device(KEYBOARD), pointer = open_device(POINTER);

	post(EV_KEY, BTN_LEFT, 1);
	post(EV_REL, REL_WHEEL, -1);
	end_frame();
	expect_nothing(fd);
	expect_event(pointer, EV_KEY, BTN_LEFT, 1);
	expect_event(pointer, EV_REL, REL_WHEEL, -1);
	expect_event(pointer, EV_SYN, SYN_REPORT, 0);
	assert_int_equal(input_post(&input, EV_ABS, ABS_MT_SLOT, 1), -ENODEV);
	assert_int_equal(input_post(&input, EV_CNT, 0, 1), -ENODEV);
	assert_int_equal(input_post(&input, EV_KEY, KEY_CNT, 1), -ENODEV);
	close(fd);
	close(pointer);
}

TEST(a_device_says_what_it_is)
{
	int fd = open_device(POINTER), version = 0;
	unsigned long types = 0, axes = 0;
	struct input_absinfo info = {0};
	struct input_id id = {0};
	char name[64] = "";

	assert_int_equal(control(fd, EVIOCGVERSION, &version), 0);
	assert_int_equal(version, EV_VERSION);
	assert_int_equal(control(fd, EVIOCGID, &id), 0);
	assert_int_equal(id.bustype, BUS_VIRTUAL);
	assert_int_equal(control(fd, EVIOCGNAME(sizeof(name)), name),
			 strlen("uprime pointer") + 1);
	assert_string_equal(name, "uprime pointer");
	/* As much as there is room for. */
	assert_int_equal(control(fd, EVIOCGNAME(3), name), 3);
	assert_int_equal(control(fd, EVIOCGPHYS(64), name), -ENOENT);
	assert_int_equal(control(fd, EVIOCGBIT(0, 8), &types), 8);
	assert_int_equal(types,
			 1 << EV_SYN | 1 << EV_KEY | 1 << EV_REL | 1 << EV_ABS);
	assert_int_equal(control(fd, EVIOCGBIT(EV_ABS, 64), &axes), 8);
	assert_int_equal(axes, 1 << ABS_X | 1 << ABS_Y);
	assert_int_equal(control(fd, EVIOCGBIT(EV_REP, 8), &types), -EINVAL);
	assert_int_equal(control(fd, EVIOCGABS(ABS_Y), &info), 0);
	assert_int_equal(info.maximum, INPUT_POSITION_MAX);
	assert_int_equal(control(fd, EVIOCGREP, &types), -ENOSYS);
	assert_int_equal(control(fd, EVIOCGKEYCODE, &types), -EINVAL);
	assert_int_equal(control(fd, EVIOCGKEYCODE, NULL), -EFAULT);
	assert_int_equal(control(fd, EVIOCRMFF, NULL), -ENOSYS);
	assert_int_equal(control(fd, EVIOCSFF, NULL), -EFAULT);
	assert_int_equal(control(fd, EVIOCSABS(ABS_MT_SLOT), &info), -EINVAL);
	assert_int_equal(control(fd, _IO('E', 0x7f), NULL), -EINVAL);
	assert_int_equal(control(fd, EVIOCGID, NULL), -EFAULT);
	close(fd);
	fd = open_device(KEYBOARD);
	assert_int_equal(control(fd, EVIOCGABS(ABS_X), &info), -EINVAL);
	close(fd);
}

TEST(what_is_pressed_can_be_asked)
{
	unsigned char keys[KEY_CNT / 8] = {0};
	int fd = open_device(KEYBOARD);

	post(EV_KEY, KEY_Q, 1);
	assert_int_equal(control(fd, EVIOCGKEY(sizeof(keys)), keys),
			 sizeof(keys));
	assert_int_equal(keys[KEY_Q / 8], 1 << KEY_Q % 8);
	post(EV_KEY, KEY_Q, 0);
	assert_int_equal(control(fd, EVIOCGKEY(sizeof(keys)), keys),
			 sizeof(keys));
	assert_int_equal(keys[KEY_Q / 8], 0);
	close(fd);
}

TEST(who_grabs_a_device_has_it_alone)
{
	int fd = open_device(KEYBOARD), other = open_device(KEYBOARD);

	assert_int_equal(control(fd, EVIOCGRAB, (void *)1), 0);
	assert_int_equal(control(other, EVIOCGRAB, (void *)1), -EBUSY);
	assert_int_equal(control(other, EVIOCGRAB, NULL), -EINVAL);
	post(EV_KEY, KEY_A, 1);
	end_frame();
	expect_event(fd, EV_KEY, KEY_A, 1);
	expect_nothing(other);
	/* The grab goes with the file. */
	close(fd);
	anon_file_dispatch();
	assert_int_equal(control(other, EVIOCGRAB, (void *)1), 0);
	assert_int_equal(control(other, EVIOCGRAB, NULL), 0);
	close(other);
}

TEST(a_revoked_file_is_of_no_use)
{
	int fd = open_device(KEYBOARD), other = open_device(KEYBOARD), version;
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
	struct input_event event;

	assert_int_equal(control(fd, EVIOCGRAB, (void *)1), 0);
	assert_int_equal(control(fd, EVIOCREVOKE, (void *)1), -EINVAL);
	assert_int_equal(control(fd, EVIOCREVOKE, NULL), 0);
	assert_int_equal(control(fd, EVIOCGVERSION, &version), -ENODEV);
	post(EV_KEY, KEY_A, 1);
	end_frame();
	expect_event(other, EV_KEY, KEY_A, 1);
	assert_int_equal(read(fd, &event, sizeof(event)), 0);
	assert_int_equal(poll(&poll_fd, 1, 0), 1);
	close(fd);
	close(other);
}

TEST(times_are_of_the_clock_that_was_chosen)
{
	int fd = open_device(KEYBOARD), clock = CLOCK_MONOTONIC;
	struct input_event event = {0};
	struct timespec now;

	assert_int_equal(control(fd, EVIOCSCLOCKID, &clock), 0);
	clock = CLOCK_PROCESS_CPUTIME_ID;
	assert_int_equal(control(fd, EVIOCSCLOCKID, &clock), -EINVAL);
	post(EV_KEY, KEY_A, 1);
	end_frame();
	clock_gettime(CLOCK_MONOTONIC, &now);
	assert_int_equal(read(fd, &event, sizeof(event)), sizeof(event));
	assert_true(event.time.tv_sec <= now.tv_sec);
	assert_true(event.time.tv_sec + 10 > now.tv_sec);
	close(fd);
}

TEST(codes_that_are_not_wanted_are_not_told)
{
	u64 codes[KEY_CNT / 64] = {1ull << KEY_B}, seen[KEY_CNT / 64];
	struct input_mask mask = {EV_KEY, sizeof(codes), (uintptr_t)codes};
	int fd = open_device(KEYBOARD);

	assert_int_equal(control(fd, EVIOCSMASK, &mask), 0);
	post(EV_KEY, KEY_A, 1);
	end_frame();
	expect_nothing(fd);
	post(EV_KEY, KEY_B, 1);
	end_frame();
	expect_event(fd, EV_KEY, KEY_B, 1);
	expect_event(fd, EV_SYN, SYN_REPORT, 0);
	mask.codes_ptr = (uintptr_t)seen;
	assert_int_equal(control(fd, EVIOCGMASK, &mask), 0);
	assert_memory_equal(seen, codes, sizeof(codes));
	mask.codes_size = 7;
	assert_int_equal(control(fd, EVIOCSMASK, &mask), -EINVAL);
	mask.type = EV_CNT + 5;
	assert_int_equal(control(fd, EVIOCSMASK, &mask), 0);
	close(fd);
}

TEST(who_does_not_read_learns_that_something_is_missing)
{
	int fd = open_device(KEYBOARD), events = 0;
	struct input_event event;
	bool told = false;

	for (int i = 0; i < MANY; i++) {
		post(EV_KEY, KEY_A, !(i % 2));
		end_frame();
	}
	while (read(fd, &event, sizeof(event)) == sizeof(event)) {
		events++;
	}
	assert_in_range(events, 16, MANY);
	post(EV_KEY, KEY_A, 1);
	end_frame();
	while (read(fd, &event, sizeof(event)) == sizeof(event)) {
		told |= event.type == EV_SYN && event.code == SYN_DROPPED;
	}
	assert_true(told);
	close(fd);
}

TEST(a_long_frame_becomes_two)
{
	int fd = open_device(KEYBOARD), ends = 0;
	struct input_event event;

	for (u16 key = 1; key <= INPUT_FRAME_MAX; key++) {
		post(EV_KEY, key, 1);
	}
	end_frame();
	while (read(fd, &event, sizeof(event)) == sizeof(event)) {
		ends += event.type == EV_SYN;
	}
	assert_int_equal(ends, 2);
	close(fd);
}

/* No number and no address does more than fail; the device goes on. */
TEST(any_ioctl_can_be_asked)
{
	char *page =
		mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	void *const places[] = {NULL, (void *)16, page, page + PAGE - 1,
				(void *)-PAGE};
	int fd = open_device(KEYBOARD), other = open_device(POINTER);
	unsigned int cmd;

	assert_ptr_not_equal(page, MAP_FAILED);
	srand(1);
	for (int i = 0; i < ROUNDS; i++) {
		cmd = (unsigned int)rand() << 1 ^ (unsigned int)rand();
		if (i % 4) {
			cmd = (cmd & ~0xff00u) | 'E' << 8;
		}
		/* These would end the test, and rightly. */
		if (cmd == EVIOCREVOKE || cmd == EVIOCGRAB) {
			continue;
		}
		(void)control(i % 2 ? fd : other, cmd,
			      places[(unsigned int)rand() % 5]);
	}
	post(EV_KEY, KEY_A, 1);
	end_frame();
	expect_event(fd, EV_KEY, KEY_A, 1);
	munmap(page, PAGE);
	close(fd);
	close(other);
}

static int remove_folder(void)
{
	char path[128];

	for (int i = 0; i < INPUT_DEVICES; i++) {
		snprintf(path, sizeof(path), "%s/dev/input/event%d", root, i);
		unlink(path);
	}
	snprintf(path, sizeof(path), "%s/dev/input", root);
	rmdir(path);
	snprintf(path, sizeof(path), "%s/dev", root);
	rmdir(path);
	return rmdir(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_INPUT(a_key_is_read_with_the_end_of_its_frame),
		ON_INPUT(what_changes_nothing_is_not_told),
		ON_INPUT(an_event_is_for_the_device_that_has_it),
		ON_INPUT(a_device_says_what_it_is),
		ON_INPUT(what_is_pressed_can_be_asked),
		ON_INPUT(who_grabs_a_device_has_it_alone),
		ON_INPUT(a_revoked_file_is_of_no_use),
		ON_INPUT(times_are_of_the_clock_that_was_chosen),
		ON_INPUT(codes_that_are_not_wanted_are_not_told),
		ON_INPUT(who_does_not_read_learns_that_something_is_missing),
		ON_INPUT(a_long_frame_becomes_two),
		ON_INPUT(any_ioctl_can_be_asked),
	};
	int failed;

	if (!mkdtemp(root)) {
		return 1;
	}
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	return remove_folder() || failed;
}
