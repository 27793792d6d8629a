/* SPDX-License-Identifier: MIT */
/**
 * DOC: the ledger of an open device
 *
 * A dma-buf is told by the file position of its open description, which is far
 * beyond any file's end: a mark, a tag that is never used twice, and a number,
 * by which it is found in tables. The tag begins at random, so that the
 * dma-bufs of two sessions are not taken for each other.
 *
 * The ledger says which handle each dma-buf has in one open device, if it has
 * one there. The server writes it before an ioctl is answered; programs which
 * have the device may read it. So it is known without asking what an import
 * would give. Of several handles of one dma-buf it has the one that an import
 * gives.
 *
 * A slot is changed by setting its position to 0, then the handle, then the
 * position. Who reads the same position before and after the handle has read a
 * handle that belongs to it.
 */
#ifndef UPRIME_LEDGER_H
#define UPRIME_LEDGER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define LEDGER_NUMBER_BITS 18
#define LEDGER_SLOTS	   (1u << LEDGER_NUMBER_BITS)
#define LEDGER_MARK	   (1ull << 62)

/**
 * struct ledger_slot - the handle of the dma-buf with this number
 */
struct ledger_slot {
	_Atomic uint64_t position; /* of the dma-buf; 0: it has no handle */
	_Atomic uint64_t handle;
};

/**
 * struct ledger - the memory which the server writes and programs read
 */
struct ledger {
	struct ledger_slot slots[LEDGER_SLOTS]; /* by number */
};

/**
 * ledger_position() - the position of a dma-buf
 * @tag: its tag
 * @number: its number
 *
 * Return: never 0; or 0, if it is to have none as the number is too large.
 */
static inline uint64_t ledger_position(uint64_t tag, uint32_t number)
{
	return number >= LEDGER_SLOTS
		       ? 0
		       : LEDGER_MARK | (tag << LEDGER_NUMBER_BITS &
					(LEDGER_MARK - 1)) | number;
}

/**
 * ledger_is_position() - could a file position be a dma-buf's?
 */
static inline bool ledger_is_position(int64_t position)
{
	return position >= (int64_t)LEDGER_MARK;
}

/**
 * ledger_slot_of() - where a dma-buf stands
 */
static inline uint32_t ledger_slot_of(uint64_t position)
{
	return position & (LEDGER_SLOTS - 1);
}

#endif
