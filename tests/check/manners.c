/* SPDX-License-Identifier: MIT */
/*
 * manners WAY: a program without a bug that does what few programs do. Nothing
 * is to be said of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xf86drm.h>

#define PAGE 4096ul
#define SIZE (16 * PAGE)

extern char **environ;

static int card, buffer;
static uint32_t handle;

static void must(int bad, const char *what)
{
	if (bad) {
		perror(what);
		exit(1);
	}
}

static void begin(void)
{
	struct drm_mode_create_dumb create = {
		.width = 128, .height = 128, .bpp = 32};

	card = open("/dev/dri/card0", O_RDWR | O_CLOEXEC);
	must(card < 0, "open");
	must(drmIoctl(card, DRM_IOCTL_MODE_CREATE_DUMB, &create),
	     "CREATE_DUMB");
	handle = create.handle;
	must(drmPrimeHandleToFD(card, handle, DRM_CLOEXEC | DRM_RDWR, &buffer),
	     "export");
}

static void end(void)
{
	must(close(buffer), "close");
	must(drmCloseBufferHandle(card, handle), "GEM_CLOSE");
	must(close(card), "close");
}

static void wait_for(pid_t pid)
{
	must(pid < 0, "a child");
	must(waitpid(pid, NULL, 0) != pid, "waitpid");
}

/* ---- children ---- */

/* It has the parent's memory, but fds of its own. */
static void vforked(void)
{
	pid_t pid = vfork();

	if (!pid) {
		close(buffer);
		close(card);
		execl("/nonexistent", "nonexistent", NULL);
		_exit(127);
	}
	wait_for(pid);
}

static void vforked_exec(void)
{
	pid_t pid = vfork();

	if (!pid) {
		dup2(buffer, 20);
		close(buffer);
		execl("/bin/true", "true", NULL);
		_exit(127);
	}
	wait_for(pid);
}

static void spawned(void)
{
	posix_spawn_file_actions_t actions;
	char *argv[] = {"true", NULL};
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addclose(&actions, buffer);
	posix_spawn_file_actions_adddup2(&actions, card, 21);
	for (int i = 0; i < 20; i++) {
		must(posix_spawn(&pid, "/bin/true", &actions, NULL, argv,
				 environ),
		     "posix_spawn");
		wait_for(pid);
	}
	posix_spawn_file_actions_destroy(&actions);
}

static int in_clone(void *data)
{
	(void)data;
	close(buffer);
	close(card);
	_exit(0);
}

static void cloned(void)
{
	char *stack = malloc(1 << 20);

	wait_for(clone(in_clone, stack + (1 << 20), CLONE_VM | SIGCHLD, NULL));
	wait_for(clone(in_clone, stack + (1 << 20), SIGCHLD, NULL));
	free(stack);
}

static void closed_all(void)
{
	pid_t pid = fork();

	if (!pid) {
		for (int fd = 3; fd < 1024; fd++) {
			close(fd);
		}
		_exit(open("/dev/null", O_RDONLY) < 0);
	}
	wait_for(pid);
	pid = fork();
	if (!pid) {
		syscall(SYS_close_range, 3, ~0u, 0);
		_exit(0);
	}
	wait_for(pid);
}

static void killed(void)
{
	for (int i = 0; i < 30; i++) {
		pid_t pid = fork();

		if (!pid) {
			for (;;) {
				close(open("/dev/dri/card0",
					   O_RDWR | O_CLOEXEC));
			}
		}
		usleep((useconds_t)i * 300);
		kill(pid, SIGKILL);
		wait_for(pid);
	}
}

/* ---- mappings ---- */

static char *map(void *addr, int flags)
{
	char *memory = mmap(addr, SIZE, PROT_READ | PROT_WRITE,
			    MAP_SHARED | flags, buffer, 0);

	must(memory == MAP_FAILED, "mmap");
	return memory;
}

static char *reserve(void)
{
	char *memory = mmap(NULL, 4 * SIZE, PROT_NONE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	must(memory == MAP_FAILED, "mmap");
	return memory;
}

static void unmapped_in_parts(void)
{
	char *memory = map(NULL, 0);

	must(munmap(memory + SIZE / 2, SIZE / 2), "munmap");
	must(munmap(memory, PAGE), "munmap");
	must(munmap(memory + PAGE, SIZE / 2 - PAGE), "munmap");
	memory = map(NULL, 0);
	/* A hole, then the rest. */
	must(munmap(memory + PAGE, PAGE), "munmap");
	must(munmap(memory, SIZE), "munmap");
}

static void unmapped_with_others(void)
{
	char *all = reserve();

	map(all + SIZE, MAP_FIXED);
	map(all + 2 * SIZE, MAP_FIXED);
	must(munmap(all, 4 * SIZE), "munmap");
}

static void mapped_over(void)
{
	char *all = reserve();

	map(all, MAP_FIXED);
	map(all, MAP_FIXED);
	must(mmap(all, SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
		  -1, 0) != all,
	     "mmap");
	must(munmap(all, 4 * SIZE), "munmap");
}

static void moved(void)
{
	char *memory = map(NULL, 0), *all = reserve(), *to;

	to = mremap(memory, SIZE, SIZE, MREMAP_MAYMOVE | MREMAP_FIXED,
		    all + SIZE);
	must(to == MAP_FAILED, "mremap");
	must(munmap(all, 4 * SIZE), "munmap");
}

static void shrunk(void)
{
	char *memory = map(NULL, 0), *to;

	to = mremap(memory, SIZE, SIZE / 2, 0);
	must(to == MAP_FAILED, "mremap");
	must(munmap(to, SIZE / 2), "munmap");
}

/* ---- threads ---- */

static void *busy(void *data)
{
	unsigned int seed = (unsigned int)(uintptr_t)data;

	for (int i = 0; i < 300; i++) {
		int fd = open("/dev/dri/card0", O_RDWR | O_CLOEXEC), copy;
		uint32_t imported;
		pid_t pid;

		must(fd < 0, "open");
		must(drmPrimeFDToHandle(fd, buffer, &imported), "import");
		must(drmPrimeHandleToFD(fd, imported, DRM_CLOEXEC, &copy),
		     "export");
		close(copy);
		must(drmCloseBufferHandle(fd, imported), "GEM_CLOSE");
		if (rand_r(&seed) % 32 == 0) {
			pid = fork();
			if (!pid) {
				execl("/bin/true", "true", NULL);
				_exit(127);
			}
			wait_for(pid);
		}
		close(fd);
	}
	return NULL;
}

static void threads(void)
{
	pthread_t ids[8];

	for (uintptr_t i = 0; i < 8; i++) {
		must(pthread_create(&ids[i], NULL, busy, (void *)(i + 1)),
		     "pthread_create");
	}
	for (int i = 0; i < 8; i++) {
		pthread_join(ids[i], NULL);
	}
}

/* ---- faults of its own ---- */

static volatile sig_atomic_t faults;
static char *faulty;

static void on_fault(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)context;
	if (info->si_addr == faulty) {
		faults++;
		mprotect(faulty, PAGE, PROT_READ | PROT_WRITE);
	} else {
		_exit(3);
	}
}

static void handled(void)
{
	struct sigaction action = {.sa_sigaction = on_fault,
				   .sa_flags = SA_SIGINFO};
	struct dma_buf_sync sync = {DMA_BUF_SYNC_START | DMA_BUF_SYNC_RW};
	char *memory = map(NULL, 0);

	faulty =
		mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	must(sigaction(SIGSEGV, &action, NULL), "sigaction");
	must(ioctl(buffer, DMA_BUF_IOCTL_SYNC, &sync), "SYNC");
	memory[7] = 7;
	faulty[0] = 1;
	sync.flags = DMA_BUF_SYNC_END | DMA_BUF_SYNC_RW;
	must(ioctl(buffer, DMA_BUF_IOCTL_SYNC, &sync), "SYNC");
	must(faults != 1, "a fault");
	munmap(faulty, PAGE);
	must(munmap(memory, SIZE), "munmap");
}

static const struct {
	const char *name;
	void (*run)(void);
} ways[] = {
	{"vforked", vforked},
	{"vforked_exec", vforked_exec},
	{"spawned", spawned},
	{"cloned", cloned},
	{"closed_all", closed_all},
	{"killed", killed},
	{"unmapped_in_parts", unmapped_in_parts},
	{"unmapped_with_others", unmapped_with_others},
	{"mapped_over", mapped_over},
	{"moved", moved},
	{"shrunk", shrunk},
	{"threads", threads},
	{"handled", handled},
};

int main(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		if (argc == 2 && !strcmp(argv[1], ways[i].name)) {
			begin();
			ways[i].run();
			end();
			return 0;
		}
	}
	return 2;
}
