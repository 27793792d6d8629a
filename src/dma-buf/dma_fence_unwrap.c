/* SPDX-License-Identifier: MIT */
/* What arrays and chains are made of: see <linux/dma-fence-unwrap.h>. */
#include <linux/dma-fence-array.h>
#include <linux/dma-fence-chain.h>
#include <linux/dma-fence-unwrap.h>
#include <stdlib.h>

static struct dma_fence *first_of_link(struct dma_fence_unwrap *cursor)
{
	struct dma_fence_array *array;

	if (!cursor->chain) {
		return NULL;
	}
	cursor->array = dma_fence_chain_contained(cursor->chain);
	cursor->index = 0;
	array = to_dma_fence_array(cursor->array);
	return array ? array->fences[0] : cursor->array;
}

struct dma_fence *dma_fence_unwrap_first(struct dma_fence *head,
					 struct dma_fence_unwrap *cursor)
{
	cursor->chain = dma_fence_get(head);
	return first_of_link(cursor);
}

struct dma_fence *dma_fence_unwrap_next(struct dma_fence_unwrap *cursor)
{
	struct dma_fence_array *array = to_dma_fence_array(cursor->array);

	if (array && ++cursor->index < array->num_fences) {
		return array->fences[cursor->index];
	}
	cursor->chain = dma_fence_chain_walk(cursor->chain);
	return first_of_link(cursor);
}

unsigned int dma_fence_unwrap_count(struct dma_fence *head)
{
	struct dma_fence_unwrap cursor;
	struct dma_fence *fence;
	unsigned int num = 0;

	dma_fence_unwrap_for_each(fence, &cursor, head) {
		num++;
	}
	return num;
}

/**
 * struct merge - the fences of a merge
 */
struct merge {
	struct dma_fence **fences; /* each referenced; owned */
	unsigned int num, room;
	s64 timestamp; /* the last one's that was signalled */
};

/* Collect what is behind these and not signalled, as far as there is room. */
static void collect(struct merge *merge, unsigned int num_fences,
		    struct dma_fence **fences)
{
	struct dma_fence_unwrap cursor;
	struct dma_fence *fence;

	merge->num = 0;
	for (unsigned int i = 0; i < num_fences; i++) {
		dma_fence_unwrap_for_each(fence, &cursor, fences[i]) {
			if (dma_fence_is_signaled(fence)) {
				merge->timestamp = max(merge->timestamp,
						       fence->timestamp);
				continue;
			}
			if (merge->num < merge->room) {
				merge->fences[merge->num] =
					dma_fence_get(fence);
			}
			merge->num++;
		}
	}
}

static int compare_contexts(const void *a, const void *b)
{
	u64 one = (*(struct dma_fence *const *)a)->context;
	u64 other = (*(struct dma_fence *const *)b)->context;

	return (one > other) - (one < other);
}

/* Of each context keep the latest. */
static void keep_latest(struct merge *merge)
{
	struct dma_fence **fences = merge->fences, *fence;
	unsigned int kept = 0;

	qsort(fences, merge->num, sizeof(fences[0]), compare_contexts);
	for (unsigned int i = 0; i < merge->num; i++) {
		fence = fences[i];
		if (!kept || fences[kept - 1]->context != fence->context) {
			fences[kept++] = fence;
		} else if (dma_fence_is_later(fence, fences[kept - 1])) {
			dma_fence_put(fences[kept - 1]);
			fences[kept - 1] = fence;
		} else {
			dma_fence_put(fence);
		}
	}
	merge->num = kept;
}

/* What was collected as one fence; NULL. */
static struct dma_fence *make_one(struct merge *merge)
{
	struct dma_fence_array *array;

	if (!merge->num) {
		return dma_fence_allocate_private_stub(merge->timestamp);
	}
	if (merge->num == 1) {
		return dma_fence_get(merge->fences[0]);
	}
	array = dma_fence_array_create((int)merge->num, merge->fences,
				       dma_fence_context_alloc(1), 1, false);
	if (!array) {
		return NULL;
	}
	/* They are the array's now. */
	merge->fences = NULL;
	merge->num = 0;
	return &array->base;
}

struct dma_fence *dma_fence_merge_fences(unsigned int num_fences,
					 struct dma_fence **fences)
{
	struct merge merge = {0};
	struct dma_fence *one;

	collect(&merge, num_fences, fences);
	if (merge.num) {
		merge.room = merge.num;
		merge.fences = kmalloc_array(merge.room, sizeof(*fences),
					     GFP_KERNEL);
		if (!merge.fences) {
			return NULL;
		}
		/* What was signalled meanwhile is left out; nothing comes to
		 * it. */
		collect(&merge, num_fences, fences);
		keep_latest(&merge);
	}
	one = make_one(&merge);
	while (merge.num) {
		dma_fence_put(merge.fences[--merge.num]);
	}
	kfree(merge.fences);
	return one;
}
