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
 * The system tells of a close before it drops the description's locks: who is
 * asked at once, on another processor, can find the description still held,
 * and no event follows. So who was told, or has begun to wait, is unsure for a
 * while: hot, asked at every dispatch, as whoever has returned from close(2)
 * can expect it to be known; or cool, asked now and then. A file is hot long
 * after an event, which is nearly always its end; and shortly after a watch was
 * set, when it is unlikely that just then somebody was closing.
 *
 * watch_lock guards all watches. Callbacks run without it, one at a time,
 * under dispatch_lock; file_unwatch() waits for a callback that runs in
 * another thread, so that the waiter can be freed when it returns.
 */
#include <errno.h>
#include <linux/shmem_fs.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>
#include <uprime/u64map.h>

#include "fault.h"
#include "proc_path.h"

static DEFINE_MUTEX(watch_lock);
/* How long a file is unsure after news, in ms; after the beginning of a watch
 * it is hot only for a part of that time. */
#define UNSURE_FOR 1300
#define HOT_FOR    20
/* How often, in ms, the hot and the cool are asked when nobody dispatches. */
#define HOT_INTERVAL  5
#define COOL_INTERVAL 100

static int inotify_fd = -1;         /* watch_lock */
static int timer_fd = -1;           /* watch_lock */
static int both_fd = -1;            /* epoll of them; watch_lock */
static u64 next_cool;               /* when to ask the cool; watch_lock */
static struct u64map watched;       /* wd -> file; watch_lock */

/* Files (file.ask) which have watches and are to be asked about without an
 * event: those without an inotify watch, the hot and the cool. watch_lock */
static LIST_HEAD(waiting);
static LIST_HEAD(hot);
static LIST_HEAD(cool);

/* Watches (file_watch.due) whose callbacks are to run. watch_lock */
static LIST_HEAD(due);
static struct file_watch *running;  /* watch_lock */
static pthread_t running_thread;    /* watch_lock */
static pthread_cond_t ran = PTHREAD_COND_INITIALIZER; /* watch_lock */

static void close_fd(int *fd)
{
	if (*fd >= 0) {
		close(*fd);
		*fd = -1;
	}
}

static int open_fds(void)
{
	struct epoll_event event = {.events = EPOLLIN};
	int ret;

	lockdep_assert_held(&watch_lock);
	if (both_fd >= 0) {
		return both_fd;
	}
	inotify_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	both_fd = epoll_create1(EPOLL_CLOEXEC);
	if (inotify_fd < 0 || timer_fd < 0 || both_fd < 0 ||
	    epoll_ctl(both_fd, EPOLL_CTL_ADD, inotify_fd, &event) ||
	    epoll_ctl(both_fd, EPOLL_CTL_ADD, timer_fd, &event)) {
		ret = -errno;
		close_fd(&both_fd);
		close_fd(&timer_fd);
		close_fd(&inotify_fd);
		return ret;
	}
	return both_fd;
}

int file_watch_fd(void)
{
	int fd;

	mutex_lock(&watch_lock);
	fd = open_fds();
	mutex_unlock(&watch_lock);
	return fd;
}

static u64 now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (u64)now.tv_sec * 1000 + (u64)now.tv_nsec / 1000000;
}

/* Come back while somebody is unsure. */
static void start_timer(void)
{
	struct itimerspec when = {0};

	if (list_empty(&hot) && list_empty(&cool)) {
		return;
	}
	when.it_value.tv_nsec =
		(list_empty(&hot) ? COOL_INTERVAL : HOT_INTERVAL) * 1000000l;
	timerfd_settime(timer_fd, 0, &when, NULL);
}

/* Set file->wd if the system lets us. */
static void add_inotify_watch(struct file *file)
{
	char path[PROC_PATH_MAX];
	int wd;

	if (file_fd_if_made(file) < 0 || open_fds() < 0) {
		return;
	}
	proc_path(path, file_fd_if_made(file));
	wd = fault_point() ? -1
			   : inotify_add_watch(inotify_fd, path, IN_CLOSE);
	if (wd < 0) {
		return;
	}
	if (u64map_insert(&watched, (u64)wd, file)) {
		inotify_rm_watch(inotify_fd, wd);
		return;
	}
	file->wd = wd;
}

/* Put a file with watches where it will be asked about in time. */
static void place(struct file *file)
{
	u64 now = now_ms();

	list_del_init(&file->ask);
	if (file->wd < 0) {
		list_add_tail(&file->ask, &waiting);
	} else if (now < file->hot_until) {
		list_add_tail(&file->ask, &hot);
	} else if (now < file->cool_until) {
		list_add_tail(&file->ask, &cool);
	}
}

/* There is news of a file, which may have come too early. */
static void make_unsure(struct file *file, u64 hot_for)
{
	u64 now = now_ms();

	if (file->hot_until < now + hot_for) {
		file->hot_until = now + hot_for;
	}
	file->cool_until = now + UNSURE_FOR;
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
	list_add_tail(&watch->node, &file->watches);
	INIT_LIST_HEAD(&watch->due);
	make_unsure(file, HOT_FOR);
	place(file);
	start_timer();
	mutex_unlock(&watch_lock);
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
	}
	list_del_init(&watch->node);
	list_del_init(&watch->due);
	watch->file = NULL;
	if (!list_empty(&file->watches)) {
		goto out;
	}
	list_del_init(&file->ask);
	if (file->wd >= 0) {
		u64map_remove(&watched, (u64)file->wd);
		inotify_rm_watch(inotify_fd, file->wd);
		file->wd = -1;
	}
out:
	mutex_unlock(&watch_lock);
}

/* All who watch a file have to be asked. */
static void make_due(struct file *file)
{
	struct file_watch *watch;

	list_for_each_entry(watch, &file->watches, node) {
		list_del_init(&watch->due);
		list_add_tail(&watch->due, &due);
	}
}

static void make_all_due(struct list_head *files)
{
	struct file *file;

	list_for_each_entry(file, files, ask) {
		make_due(file);
	}
}

static void was_closed(struct file *file)
{
	make_unsure(file, UNSURE_FOR);
	make_due(file);
}

/* Collect in `due` whoever has to be asked. */
static void read_events(void)
{
	char buf[4096] __attribute__((aligned(__alignof__(
		struct inotify_event))));
	u64 expired;
	ssize_t n;

	make_all_due(&waiting);
	make_all_due(&hot);
	if (!list_empty(&cool) && now_ms() >= next_cool) {
		next_cool = now_ms() + COOL_INTERVAL;
		make_all_due(&cool);
	}
	if (inotify_fd < 0) {
		return;
	}
	/* It has served its purpose. */
	if (read(timer_fd, &expired, sizeof(expired)) < 0 && errno != EAGAIN) {
		WARN_ON(true);
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
						was_closed(file);
					}
				}
				continue;
			}
			file = u64map_find(&watched, (u64)event->wd);
			if (file) {
				was_closed(file);
			}
		}
	}
}

bool file_watch_is_pending(void)
{
	bool pending;

	mutex_lock(&watch_lock);
	pending = !list_empty(&waiting) || !list_empty(&hot) ||
		  !list_empty(&cool);
	mutex_unlock(&watch_lock);
	return pending;
}

void file_watch_dispatch(void)
{
	static DEFINE_MUTEX(dispatch_lock);
	struct file_watch *watch;

	mutex_lock(&dispatch_lock);
	mutex_lock(&watch_lock);
	read_events();
	while (!list_empty(&due)) {
		watch = list_first_entry(&due, struct file_watch, due);
		list_del_init(&watch->due);
		running = watch;
		running_thread = pthread_self();
		mutex_unlock(&watch_lock);

		watch->closed(watch);

		mutex_lock(&watch_lock);
		/* Still there, if its callback did not unwatch it. */
		if (running) {
			place(watch->file);
			running = NULL;
		}
		pthread_cond_broadcast(&ran);
	}
	start_timer();
	mutex_unlock(&watch_lock);
	mutex_unlock(&dispatch_lock);
}
