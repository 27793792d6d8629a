/* SPDX-License-Identifier: MIT */
/* A hash table from a 64-bit key to a pointer. */
#ifndef UPRIME_U64MAP_H
#define UPRIME_U64MAP_H

#include <linux/kernel.h>

struct u64map_entry {
	u64 key;
	void *value; /* NULL: free */
};

/**
 * struct u64map - keys with a pointer each
 *
 * Guarded by its user's lock. Zeroed memory is an empty map.
 */
struct u64map {
	struct u64map_entry *entries; /* owned */
	size_t size;                  /* 0 or a power of two */
	size_t count;
};

/**
 * u64map_destroy() - free what a map has allocated; not what it points to
 * @map: the map; empty afterwards
 */
EXPORT_SYMBOL void u64map_destroy(struct u64map *map);

/**
 * u64map_insert() - enter a key
 * @map: the map
 * @key: a key that is not in it
 * @value: not NULL
 *
 * Return: 0; -ENOMEM with the map as before.
 */
EXPORT_SYMBOL int u64map_insert(struct u64map *map, u64 key, void *value);

/**
 * u64map_find() - the pointer of a key
 * @map: the map
 * @key: any key
 *
 * Return: the pointer, or NULL.
 */
EXPORT_SYMBOL void *u64map_find(const struct u64map *map, u64 key);

/**
 * u64map_remove() - take a key out
 * @map: the map
 * @key: any key
 *
 * Return: its pointer, or NULL if it was not there.
 */
EXPORT_SYMBOL void *u64map_remove(struct u64map *map, u64 key);

#endif
