/* SPDX-License-Identifier: MIT */
/* The ledger says what an import would give, and nobody else writes it. */
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uprime/ledger.h>

#include "counts.h"
#include "host/fault.h"
#include "stage.h"
#include "wire/ledger.h"

#define RW (DRM_CLOEXEC | DRM_RDWR)

static const struct ledger *map_ledger(struct drm_file *file)
{
	int fd = drm_prime_ledger_fd(file);
	void *map;

	assert_true(fd >= 0);
	map = mmap(NULL, sizeof(struct ledger), PROT_READ, MAP_SHARED, fd, 0);
	assert_ptr_not_equal(map, MAP_FAILED);
	close(fd);
	return map;
}

static void unmap(const struct ledger *ledger)
{
	munmap((void *)ledger, sizeof(*ledger));
}

/* What it says of the dma-buf behind an fd: a handle, or 0. */
static u64 handle_of(const struct ledger *ledger, int fd)
{
	off_t position = lseek(fd, 0, SEEK_CUR);
	const struct ledger_slot *slot =
		&ledger->slots[ledger_slot_of((u64)position)];

	assert_true(ledger_is_position(position));
	return atomic_load(&slot->position) == (u64)position
		       ? atomic_load(&slot->handle)
		       : 0;
}

TEST(a_ledger_follows_imports_and_closes)
{
	u32 far_handle = must(create_dumb(stage.far, 1)), handle;
	int fd = (int)must(export_handle(stage.far, far_handle, RW));
	const struct ledger *ledger = map_ledger(stage.file);

	assert_int_equal(handle_of(ledger, fd), 0);
	handle = must(import_fd(stage.file, fd));
	assert_int_equal(handle_of(ledger, fd), handle);
	close_handle(stage.file, handle);
	assert_int_equal(handle_of(ledger, fd), 0);
	must(create_dumb(stage.file, 1));
	handle = must(import_fd(stage.file, fd));
	assert_int_equal(handle_of(ledger, fd), handle);
	close_file(&stage.file);
	assert_int_equal(handle_of(ledger, fd), 0);
	close(fd);
	unmap(ledger);
}

TEST(a_ledger_begins_with_what_is_known)
{
	u32 first = must(create_dumb(stage.file, 1));
	u32 second = must(create_dumb(stage.file, 1));
	int fd = (int)must(export_handle(stage.file, first, RW));
	int other = (int)must(export_handle(stage.file, second, RW));
	const struct ledger *ledger = map_ledger(stage.file);
	const struct ledger *again = map_ledger(stage.file);

	assert_int_equal(handle_of(ledger, fd), first);
	assert_int_equal(handle_of(again, other), second);
	close_handle(stage.file, second);
	assert_int_equal(handle_of(ledger, other), 0);
	assert_int_equal(handle_of(again, other), 0);
	close(fd);
	close(other);
	unmap(ledger);
	unmap(again);
}

TEST(a_ledger_has_the_handle_that_an_import_gives)
{
	u32 first = must(create_dumb(stage.file, 1)), second;
	int name = (int)must(flink(stage.file, first));
	int fd = (int)must(export_handle(stage.file, first, RW));
	const struct ledger *ledger = map_ledger(stage.file);

	second = must(open_name(stage.file, (u32)name));
	close((int)must(export_handle(stage.file, second, RW)));
	assert_int_equal(handle_of(ledger, fd), first);
	close_handle(stage.file, first);
	assert_int_equal(handle_of(ledger, fd), second);
	assert_int_equal(must(import_fd(stage.file, fd)), second);
	close_handle(stage.file, second);
	assert_int_equal(handle_of(ledger, fd), 0);
	close(fd);
	unmap(ledger);
}

TEST(positions_are_never_given_twice)
{
	u32 handle = must(create_dumb(stage.file, 1));
	int fd = (int)must(export_handle(stage.file, handle, RW));
	off_t position = lseek(fd, 0, SEEK_CUR);

	close(fd);
	close_handle(stage.file, handle);
	handle = must(create_dumb(stage.file, 1));
	fd = (int)must(export_handle(stage.file, handle, RW));
	/* The same number, and another tag. */
	assert_int_equal(ledger_slot_of((u64)position),
			 ledger_slot_of((u64)lseek(fd, 0, SEEK_CUR)));
	assert_int_not_equal(position, lseek(fd, 0, SEEK_CUR));
	close(fd);
}

TEST(a_ledger_is_for_reading)
{
	int fd = drm_prime_ledger_fd(stage.file);
	char byte = 1;

	assert_true(fd >= 0);
	assert_ptr_equal(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED,
			      fd, 0),
			 MAP_FAILED);
	assert_int_equal(pwrite(fd, &byte, 1, 0), -1);
	assert_int_equal(ftruncate(fd, 0), -1);
	assert_int_equal(fallocate(fd, FALLOC_FL_PUNCH_HOLE |
					       FALLOC_FL_KEEP_SIZE,
				   0, 4096),
			 -1);
	close(fd);
}

TEST(a_ledger_that_cannot_be_made_leaves_nothing)
{
	struct counts before;
	int fd;

	count_all(&before);
	/* The struct, the memory and its size. */
	for (unsigned int nth = 1; nth <= 3; nth++) {
		fault_arm(nth);
		fd = drm_prime_ledger_fd(stage.file);
		assert_int_equal(fault_disarm(), nth);
		assert_int_equal(fd, nth == 2 ? -ENFILE : -ENOMEM);
		assert_counts(&before);
	}
	/* Its fd: it is there for the next time. */
	fault_arm(4);
	assert_int_equal(drm_prime_ledger_fd(stage.file), -ENFILE);
	assert_int_equal(fault_disarm(), 4);
	unmap(map_ledger(stage.file));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_STAGE(a_ledger_follows_imports_and_closes),
		ON_STAGE(a_ledger_begins_with_what_is_known),
		ON_STAGE(a_ledger_has_the_handle_that_an_import_gives),
		ON_STAGE(positions_are_never_given_twice),
		ON_STAGE(a_ledger_is_for_reading),
		ON_STAGE(a_ledger_that_cannot_be_made_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
