/* SPDX-License-Identifier: MIT */
/**
 * DOC: watching for closed descriptions
 *
 * One inotify instance serves all files. A watch is set on a memfd only while
 * somebody waits for one of its descriptions to go, which is the exception: an
 * exported buffer whose handles are closed, a device closed while something is
 * mapped through it.
 *
 * An event is only a reason to ask file_is_held(): merged, lost (queue
 * overflow) and faked events do no harm. Files without an inotify watch (the
 * user's limit is reached) are asked at every dispatch.
 *
 * watch_lock guards all watches. Callbacks run without it, one at a time,
 * under dispatch_lock; file_unwatch() waits for a callback that runs in
 * another thread, so that the waiter can be freed when it returns.
 */
#include <errno.h>
#include <linux/shmem_fs.h>
#include <pthread.h>
#include <sys/inotify.h>
#include <unistd.h>
#include <uprime/u64map.h>

#include "fault.h"
#include "proc_path.h"

static DEFINE_MUTEX(watch_lock);
static int inotify_fd = -1;         /* watch_lock */
static struct u64map watched;       /* wd -> file; watch_lock */
static LIST_HEAD(waiting);          /* file_watch.node of files without an
                                       inotify watch; watch_lock */

/* Watches whose callbacks are to run; they are linked here instead of their
 * file's list, so that each runs once. watch_lock */
static LIST_HEAD(due);
static struct file_watch *running;  /* watch_lock */
static pthread_t running_thread;    /* watch_lock */
static pthread_cond_t ran = PTHREAD_COND_INITIALIZER; /* watch_lock */

static int inotify_fd_locked(void)
{
	lockdep_assert_held(&watch_lock);
	if (inotify_fd < 0) {
		inotify_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	}
	return inotify_fd < 0 ? -errno : inotify_fd;
}

int file_watch_fd(void)
{
	int fd;

	mutex_lock(&watch_lock);
	fd = inotify_fd_locked();
	mutex_unlock(&watch_lock);
	return fd;
}

/* Set file->wd if the system lets us. */
static void add_inotify_watch(struct file *file)
{
	char path[PROC_PATH_MAX];
	int fd = inotify_fd_locked(), wd;

	if (fd < 0) {
		return;
	}
	proc_path(path, file->fd);
	wd = fault_point() ? -1 : inotify_add_watch(fd, path, IN_CLOSE);
	if (wd < 0) {
		return;
	}
	if (u64map_insert(&watched, (u64)wd, file)) {
		inotify_rm_watch(fd, wd);
		return;
	}
	file->wd = wd;
}

/* Where a watch stands until something is closed. */
static struct list_head *resting_place(struct file *file)
{
	return file->wd < 0 ? &waiting : &file->watches;
}

void file_watch(struct file *file, struct file_watch *watch,
		void (*closed)(struct file_watch *watch))
{
	mutex_lock(&watch_lock);
	if (file->wd < 0) {
		add_inotify_watch(file);
	}
	watch->file = file;
	watch->closed = closed;
	list_add_tail(&watch->node, resting_place(file));
	mutex_unlock(&watch_lock);
}

/* Does another watch need the file's inotify watch? */
static bool is_watched(struct file *file)
{
	struct file_watch *watch;

	if (!list_empty(&file->watches)) {
		return true;
	}
	list_for_each_entry(watch, &due, node) {
		if (watch->file == file) {
			return true;
		}
	}
	return running && running->file == file;
}

void file_unwatch(struct file_watch *watch)
{
	struct file *file;

	mutex_lock(&watch_lock);
	while (running == watch &&
	       !pthread_equal(running_thread, pthread_self())) {
		mutex_cond_wait(&ran, &watch_lock);
	}
	file = watch->file;
	if (!file) {
		goto out;
	}
	if (running == watch) {
		running = NULL;
	} else {
		list_del_init(&watch->node);
	}
	watch->file = NULL;
	if (file->wd >= 0 && !is_watched(file)) {
		u64map_remove(&watched, (u64)file->wd);
		inotify_rm_watch(inotify_fd, file->wd);
		file->wd = -1;
	}
out:
	mutex_unlock(&watch_lock);
}

static void move_all(struct list_head *from)
{
	struct file_watch *watch, *next;

	list_for_each_entry_safe(watch, next, from, node) {
		list_del_init(&watch->node);
		list_add_tail(&watch->node, &due);
	}
}

/* Collect in `due` whoever has to be asked. */
static void read_events(void)
{
	char buf[4096] __attribute__((aligned(__alignof__(
		struct inotify_event))));
	ssize_t n;

	move_all(&waiting);
	if (inotify_fd < 0) {
		return;
	}
	while ((n = read(inotify_fd, buf, sizeof(buf))) > 0) {
		const struct inotify_event *event;

		for (ssize_t at = 0; at < n;
		     at += (ssize_t)(sizeof(*event) + event->len)) {
			struct file *file;

			event = (const void *)(buf + at);
			if (event->mask & IN_Q_OVERFLOW) {
				for (size_t i = 0; i < watched.size; i++) {
					file = watched.entries[i].value;
					if (file) {
						move_all(&file->watches);
					}
				}
				continue;
			}
			file = u64map_find(&watched, (u64)event->wd);
			if (file) {
				move_all(&file->watches);
			}
		}
	}
}

void file_watch_dispatch(void)
{
	static DEFINE_MUTEX(dispatch_lock);
	struct file_watch *watch;

	mutex_lock(&dispatch_lock);
	mutex_lock(&watch_lock);
	read_events();
	while (!list_empty(&due)) {
		watch = list_first_entry(&due, struct file_watch, node);
		list_del_init(&watch->node);
		running = watch;
		running_thread = pthread_self();
		mutex_unlock(&watch_lock);

		watch->closed(watch);

		mutex_lock(&watch_lock);
		/* Still there, if its callback did not unwatch it: rest. */
		if (running) {
			list_add_tail(&watch->node,
				      resting_place(watch->file));
			running = NULL;
		}
		pthread_cond_broadcast(&ran);
	}
	mutex_unlock(&watch_lock);
	mutex_unlock(&dispatch_lock);
}
