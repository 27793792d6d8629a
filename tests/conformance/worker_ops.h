/* SPDX-License-Identifier: MIT */
/* One function for each operation, and what they have in common. */
#ifndef CONFORM_WORKER_OPS_H
#define CONFORM_WORKER_OPS_H

#include "worker.h"

#define OP(name)                                                               \
	void name(struct worker *w, const struct op *op,                       \
		  struct answer *answer, int *fd)

/* The operation ends here if a slot is not as it must be. */
#define NEED(condition, text)                                                  \
	do {                                                                   \
		if (!(condition)) {                                            \
			answer_text(answer, "%s", text);                       \
			return;                                                \
		}                                                              \
	} while (0)

#define FILE_SLOT(i)	    (w->files[op->args[i]])
#define DMABUF_SLOT(i)	    (w->dmabufs[op->args[i]])
#define NEED_FILE(i)	    NEED(FILE_SLOT(i) >= 0, "no file")
#define NEED_DMABUF(i)	    NEED(DMABUF_SLOT(i) >= 0, "no dma-buf")
#define SYNC_SLOT(i)	    (w->sync_files[op->args[i]])
#define NEED_SYNC(i)	    NEED(SYNC_SLOT(i) >= 0, "no sync_file")
#define NEED_FREE(i, slots) NEED((slots)[op->args[i]] < 0, "slot in use")

/* Pages; most are 2, so that most mappings fit. */
extern const uint32_t op_sizes[];

/* The slot's handle and the file it belongs to, if both are there. */
bool handle_of(struct worker *w, uint64_t index, int *file, uint32_t *number,
	       struct answer *answer);
/* Another fd of what is in one slot, in another; the halves of sending. */
int dup_into(int *slots, const struct op *op, struct answer *answer);
void send_slot(int slot, struct answer *answer, int *fd);
void receive_slot(int *slot, struct answer *answer, int *fd);

OP(op_open);
OP(op_close);
OP(op_dup);
OP(op_dup_fd);
OP(op_create);
OP(op_forget);
OP(op_close_only);
OP(op_offset);
OP(op_flink);
OP(op_by_name);
OP(op_export);
OP(op_import);
OP(op_close_fd);
OP(op_map);
OP(op_map_handle);
OP(op_map_fd);
OP(op_unmap);
OP(op_poke);
OP(op_peek);
OP(op_look);
OP(op_set_name);
OP(op_sync);
OP(op_master);
OP(op_magic);
OP(op_authenticate);
OP(op_state);
OP(op_send);
OP(op_send_fd);
OP(op_exit);

/* worker_fence.c */
OP(op_attach);
OP(op_fence);
OP(op_signal);
OP(op_signal_only);
OP(op_poll);
OP(op_export_sync);
OP(op_import_sync);
OP(op_merge);
OP(op_info);
OP(op_close_sync);
OP(op_dup_sync);
OP(op_send_sync);

/* worker_syncobj.c */
OP(op_device);
OP(op_close_device);
OP(op_new);
OP(op_drop);
OP(op_reset);
OP(op_raise);
OP(op_point);
OP(op_query);
OP(op_wait);
OP(op_move);
OP(op_out);
OP(op_in);
OP(op_out_self);
OP(op_of);

#endif
