/* SPDX-License-Identifier: MIT */
/**
 * DOC: what is made of a trace
 *
 * The checker follows what each watched process has: fds, ids of open devices,
 * mappings, accesses under way; each with the place where it came from. A
 * *rule* looks at what happens and makes *findings*. All of it is one thread's.
 */
#ifndef UPRIME_CHECK_H
#define UPRIME_CHECK_H

#include <linux/list.h>
#include <stdio.h>
#include <uprime/u64map.h>

#include "trace.h"

/* ---- stack.c: places in programs ---- */

/**
 * struct module - a file of code; lives as long as the checker
 */
struct module {
	char *path;
	struct module *next;
};

/**
 * struct frame - an address in a module
 */
struct frame {
	const struct module *module; /* NULL: unknown */
	u64 addr; /* as in the file; without module: as it was */
};

/**
 * struct stack - where something was done; the same place is the same stack.
 * Lives as long as the checker.
 */
struct stack {
	u64 hash;
	unsigned int nr;
	struct frame frames[TRACE_FRAMES]; /* innermost first */
};

/**
 * struct place - a stack in a thread
 */
struct place {
	const struct stack *stack; /* NULL: not known */
	int pid, tid;
};

/**
 * struct code - where a process has its modules
 */
struct code {
	struct code_range {
		u64 first, end, bias;
		const struct module *module;
	} * ranges; /* owned */
	size_t nr, room;
};

struct stacks;

struct stacks *stacks_create(void);
void stacks_destroy(struct stacks *stacks);
/* code_add - a module was told; the same one again is nothing new */
void code_add(struct stacks *stacks, struct code *code,
	      const struct trace_record *record);
void code_copy(struct code *to, const struct code *from);
void code_clear(struct code *code);
/* stacks_get - the stack of a record, or NULL */
const struct stack *stacks_get(struct stacks *stacks, const struct code *code,
			       const struct trace_record *record);

/* ---- symbol.c: names of places ---- */

/**
 * struct symbol - a frame for people; the strings live as long as the symbols
 */
struct symbol {
	const char *function; /* or NULL */
	const char *file;     /* of the source, or NULL */
	int line;
	const char *module;	     /* or NULL */
	const struct symbol *caller; /* that it was inlined into, or NULL */
};

struct symbols;

struct symbols *symbols_create(void);
void symbols_destroy(struct symbols *symbols);
/* symbols_find - never NULL */
const struct symbol *symbols_find(struct symbols *symbols,
				  const struct frame *frame);

/* ---- rules.c ---- */

enum rule {
	RULE_LEAK_HANDLE,
	RULE_LEAK_FB,
	RULE_LEAK_BLOB,
	RULE_LEAK_SYNCOBJ,
	RULE_LEAK_DMABUF_FD,
	RULE_LEAK_SYNC_FILE_FD,
	RULE_LEAK_SYNCOBJ_FD,
	RULE_LEAK_MAPPING,
	RULE_GROWTH,
	RULE_ALIAS,
	RULE_DOUBLE_CLOSE,
	RULE_USE_AFTER_CLOSE,
	RULE_STALE_HANDLE,
	RULE_DOUBLE_CLOSE_FD,
	RULE_SYNC_END,
	RULE_SYNC_OPEN,
	RULE_SYNC_DIRECTION,
	RULE_ACCESS,
	RULE_FENCE,
	RULE_LONG_WAIT,
	RULE_NEVER_IMPORTED,
	RULE_NO_CLOEXEC,
	RULE_READ_ONLY_MAP,
	RULE_FOREIGN_IMPORT,
	RULE_COUNT,
};

/* rule_name - "leak-handle"; rule_says - one line for people */
const char *rule_name(enum rule rule);
const char *rule_says(enum rule rule);

/* A wait for fences that took longer is told, in ns. */
#define LONG_WAIT 1000000000ll

/* ---- finding.c ---- */

/* Most places in a finding. */
#define FINDING_PLACES 4

/**
 * struct finding_place - a place, and what was done there
 */
struct finding_place {
	const char *what; /* constant text: "created" */
	struct place place;
};

/**
 * struct finding - something that is wrong, as often as it was seen
 */
struct finding {
	struct list_head node; /* findings.list */
	enum rule rule;
	char detail[160]; /* of the first one */
	struct finding_place places[FINDING_PLACES];
	unsigned int nr_places;
	u64 count, bytes;
	char *exe; /* of the process; owned */
	bool told; /* --watch has shown it */
	bool suppressed;
};

/**
 * struct findings - all of them
 */
struct findings {
	struct list_head list;
	struct u64map by_key;
	bool watch; /* tell of growth at once */
};

void findings_init(struct findings *findings);
void findings_clear(struct findings *findings);
/* findings_add - a finding, or one more of it. The places decide which it
 * is. Returns it, or NULL: no memory. */
struct finding *
findings_add(struct findings *findings, enum rule rule, const char *exe,
	     const struct finding_place *places, unsigned int nr_places,
	     u64 bytes, const char *detail, ...)
	__attribute__((format(printf, 7, 8)));
unsigned int findings_count(const struct findings *findings);

/* ---- suppress.c ---- */

struct suppressions;

/* suppressions_read - NULL, and it was said */
struct suppressions *suppressions_read(const char *path);
void suppressions_destroy(struct suppressions *suppressions);
void suppressions_apply(const struct suppressions *suppressions,
			struct findings *findings, struct symbols *symbols);

/* ---- report*.c ---- */

void report_text(FILE *file, const struct findings *findings,
		 struct symbols *symbols);
void report_finding(FILE *file, unsigned int number,
		    const struct finding *finding, struct symbols *symbols);
/* 0; -errno */
int report_json(const char *path, const struct findings *findings,
		struct symbols *symbols);
int report_junit(const char *path, const struct findings *findings,
		 struct symbols *symbols);

/* ---- model.c: what processes have ---- */

/**
 * struct origin - a place where something is made again and again
 */
struct origin {
	const struct stack *stack;
	enum trace_kind kind;
	struct place first;
	u64 made, gone;
	u64 last_slot;	    /* of time, in which one was made */
	unsigned int slots; /* of time, in which some were made */
	bool grows;	    /* it was told */
};

/**
 * struct id - an id of an open device, as long as that lives
 */
struct id {
	u32 id;
	bool live;
	bool unknown;	      /* nobody saw how it came */
	struct place made[2]; /* the first, and the last other place */
	unsigned int nr_made; /* how often it was given out */
	u64 bytes;
	struct place closed; /* when it is not live */
	struct origin *origin;
	/* The one before, with the same number: */
	bool had_before;
	struct place before_made, before_closed;
	const struct stack *before_used; /* where it was used last, or NULL */
	const struct stack *used;
};

/**
 * struct open_file - an open file of a kind of interest
 */
struct open_file {
	enum trace_kind kind;
	u64 key;	   /* of check.dmabufs; 0: none */
	unsigned int refs; /* fds of watched processes */
	struct place made;
	struct u64map ids[TRACE_KIND_FENCE + 1]; /* of devices: id -> struct id,
						     owned */
	unsigned int under_way; /* sent and not received yet, counted in refs */
	bool sent, received, used; /* dma-bufs: passed on; came to a watched
				      process; imported or mapped after */
	struct place sent_at;
	bool accessed; /* some process has a struct access of it */
	char exe[64];  /* of who made it */
};

/**
 * struct fd - an fd of a process
 */
struct fd {
	struct open_file *file; /* counted */
	struct place made;
	struct origin *origin;
	bool cloexec;
	bool inherited; /* by fork or exec: not this program's to close */
};

/**
 * struct mapping - a mapping of a process
 */
struct mapping {
	struct open_file *file; /* counted */
	struct place made;
	struct origin *origin;
	u64 bytes;
};

/**
 * struct access - DMA_BUF_IOCTL_SYNC of a dma-buf by a process
 */
struct access {
	unsigned int open; /* STARTs without END */
	u64 flags;	   /* of the last START */
	struct place start, end;
};

/**
 * struct process - a watched process
 */
struct process {
	int pid, parent;
	char exe[64]; /* its name */
	char path[TRACE_PATH];
	struct code code;
	struct u64map fds;	/* fd -> struct fd, owned */
	struct u64map closed;	/* fd -> struct closed_fd, owned */
	struct u64map mappings; /* address -> struct mapping, owned */
	struct u64map accesses; /* file -> struct access, owned */
	struct u64map old_fds;	/* before exec, until it is known what stays */
	bool starting;		/* INHERITs may follow */
	bool exiting;		/* it ended by itself */
};

/**
 * struct closed_fd - an fd that was closed
 */
struct closed_fd {
	enum trace_kind kind;
	struct place made, closed;
};

/**
 * struct check - the checker
 */
struct check {
	struct stacks *stacks;
	struct symbols *symbols;
	struct findings findings;
	struct u64map processes; /* pid -> struct process, owned */
	struct u64map dmabufs;	 /* identity and kind -> struct open_file */
	struct u64map origins;	 /* hash of place and kind -> struct origin */
};

struct check *check_create(void);
void check_destroy(struct check *check);
/* check_record - what happened next */
void check_record(struct check *check, const struct trace_record *record);
/* check_process_ended - all its records were seen */
void check_process_ended(struct check *check, struct process *process);

/* model.c, for the rules */
struct place place_of(struct check *check, struct process *process,
		      const struct trace_record *record);
struct process *process_of(struct check *check, int pid);
struct origin *origin_made(struct check *check, struct process *process,
			   enum trace_kind kind, const struct place *place);
void origin_gone(struct origin *origin);
struct fd *fd_of(struct process *process, s64 fd);
void file_put(struct check *check, struct process *process,
	      struct open_file *file, bool orderly);

/* ids.c */
void ids_record(struct check *check, struct process *process,
		const struct trace_record *record);
void ids_file_closed(struct check *check, struct process *process,
		     struct open_file *file, bool orderly);
/* fds.c */
void fds_record(struct check *check, struct process *process,
		const struct trace_record *record);
void fds_drop(struct check *check, struct process *process, struct fd *fd,
	      bool orderly);
void fds_leaked(struct check *check, struct process *process);
void fds_clear(struct check *check, struct process *process, struct u64map *fds,
	       bool orderly);
/* accesses.c: mappings and CPU access */
void accesses_record(struct check *check, struct process *process,
		     const struct trace_record *record);
void accesses_ended(struct check *check, struct process *process, bool orderly);
/* accesses_forget - an open file is going */
void accesses_forget(struct check *check, struct open_file *file, bool orderly);

/* ---- reader.c: following a trace ---- */

/**
 * struct reader - the reader's end of a trace
 */
struct reader {
	struct trace *trace; /* mapped */
	char path[64];	     /* of its file */
	u64 waits_since;     /* ns: the next record is taken but not there; 0 */
};

/* reader_open - make a trace. 0; -errno */
int reader_open(struct reader *reader, u32 options);
/* reader_next - the next record, or NULL: none yet. Valid until the next call.
 */
const struct trace_record *reader_next(struct reader *reader);
void reader_close(struct reader *reader);

#endif
