/* SPDX-License-Identifier: MIT */
/**
 * DOC: idr
 *
 * A growing array of pointers under a pyramid of bitmaps. Level 0 has a bit
 * for each slot, set when it is taken; a bit of level n + 1 is set when the
 * whole 64-bit word under it is. The lowest free slot is found by walking down
 * from the top, one word a level: six levels hold every 32-bit number.
 *
 * A taken slot can hold NULL (idr_replace()); the bitmap says what is taken.
 */
#include <errno.h>
#include <linux/slab.h>
#include <string.h>
#include <uprime/idr.h>

#define WORD_BITS 64u
#define FULL      (~(u64)0)
/* Ids are ints to their users. */
#define IDR_MAX   ((u32)INT32_MAX)

void idr_init(struct idr *idr, u32 base)
{
	*idr = (struct idr){.base = base};
}

void idr_destroy(struct idr *idr)
{
	kfree(idr->slots);
	for (unsigned int l = 0; l < IDR_LEVELS; l++) {
		kfree(idr->full[l]);
	}
	idr_init(idr, idr->base);
}

static u32 words_at(u32 size, unsigned int level)
{
	for (unsigned int l = 0; l <= level; l++) {
		size = DIV_ROUND_UP(size, WORD_BITS);
	}
	return size;
}

/* How many levels a size needs: the last has one word. */
static unsigned int levels_of(u32 size)
{
	unsigned int levels = 1;

	while (words_at(size, levels - 1) > 1) {
		levels++;
	}
	return levels;
}

static bool is_taken(const struct idr *idr, u32 i)
{
	return idr->full[0][i / WORD_BITS] >> (i % WORD_BITS) & 1;
}

static void take(struct idr *idr, u32 i)
{
	for (unsigned int l = 0; l < levels_of(idr->size); l++) {
		u64 *word = &idr->full[l][i / WORD_BITS];

		*word |= (u64)1 << (i % WORD_BITS);
		if (*word != FULL) {
			break;
		}
		i /= WORD_BITS;
	}
}

static void give_back(struct idr *idr, u32 i)
{
	for (unsigned int l = 0; l < levels_of(idr->size); l++) {
		idr->full[l][i / WORD_BITS] &= ~((u64)1 << (i % WORD_BITS));
		i /= WORD_BITS;
	}
}

static int grow(struct idr *idr)
{
	u32 size = idr->size ? idr->size * 2 : WORD_BITS;
	struct idr bigger = {
		.size = size, .base = idr->base, .count = idr->count};

	bigger.slots = kcalloc(size, sizeof(*bigger.slots), GFP_KERNEL);
	if (!bigger.slots) {
		goto fail;
	}
	for (unsigned int l = 0; l < levels_of(size); l++) {
		bigger.full[l] = kcalloc(words_at(size, l),
					 sizeof(*bigger.full[l]), GFP_KERNEL);
		if (!bigger.full[l]) {
			goto fail;
		}
	}
	if (idr->size) {
		memcpy(bigger.slots, idr->slots,
		       idr->size * sizeof(*idr->slots));
	}
	for (u32 i = 0; i < idr->size; i++) {
		if (is_taken(idr, i)) {
			take(&bigger, i);
		}
	}
	idr_destroy(idr);
	*idr = bigger;
	return 0;

fail:
	idr_destroy(&bigger);
	return -ENOMEM;
}

int idr_alloc(struct idr *idr, void *ptr)
{
	u32 i = 0;

	if (idr->count == idr->size) {
		int ret;

		if (idr->size > IDR_MAX / 2) {
			return -ENOSPC;
		}
		ret = grow(idr);
		if (ret) {
			return ret;
		}
	}
	for (unsigned int l = levels_of(idr->size); l-- > 0;) {
		i = i * WORD_BITS +
		    (u32)__builtin_ctzll(~idr->full[l][i]);
	}
	take(idr, i);
	idr->slots[i] = ptr;
	idr->count++;
	return (int)(i + idr->base);
}

int idr_alloc_at(struct idr *idr, void *ptr, u32 id)
{
	u32 i = id - idr->base;

	if (i >= IDR_MAX) {
		return -ENOSPC;
	}
	while (i >= idr->size) {
		int ret = grow(idr);

		if (ret) {
			return ret;
		}
	}
	if (is_taken(idr, i)) {
		return -ENOSPC;
	}
	take(idr, i);
	idr->slots[i] = ptr;
	idr->count++;
	return 0;
}

/* The slot of a number in use, or NULL. */
static void **slot_of(const struct idr *idr, u32 id)
{
	u32 i = id - idr->base;

	if (id < idr->base || i >= idr->size || !is_taken(idr, i)) {
		return NULL;
	}
	return &idr->slots[i];
}

void *idr_find(const struct idr *idr, u32 id)
{
	void **slot = slot_of(idr, id);

	return slot ? *slot : NULL;
}

void *idr_replace(struct idr *idr, void *ptr, u32 id)
{
	void **slot = slot_of(idr, id);
	void *old;

	if (!slot) {
		return NULL;
	}
	old = *slot;
	*slot = ptr;
	return old;
}

void idr_remove(struct idr *idr, u32 id)
{
	void **slot = slot_of(idr, id);

	if (!slot) {
		return;
	}
	*slot = NULL;
	give_back(idr, id - idr->base);
	idr->count--;
}

void *idr_next(const struct idr *idr, u32 *id)
{
	u32 i = *id > idr->base ? *id - idr->base : 0;

	for (; i < idr->size; i++) {
		if (idr->slots[i]) {
			*id = i + idr->base;
			return idr->slots[i];
		}
	}
	return NULL;
}
