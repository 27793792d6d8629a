/* SPDX-License-Identifier: MIT */
/**
 * DOC: u64map
 *
 * Open addressing with linear probing, at most three quarters full. Removal
 * moves later entries of the same run back, so that there are no tombstones
 * and a table that stays the same size stays equally fast.
 */
#include <errno.h>
#include <linux/slab.h>
#include <uprime/u64map.h>

static size_t slot_of(const struct u64map *map, u64 key)
{
	/* Fibonacci hashing: the high bits of the product are well mixed. */
	return (key * 0x9e3779b97f4a7c15ull >> 20) & (map->size - 1);
}

void u64map_destroy(struct u64map *map)
{
	kfree(map->entries);
	*map = (struct u64map){0};
}

/* The entry of a key, or the free one where it would go. The map has one. */
static struct u64map_entry *probe(const struct u64map *map, u64 key)
{
	size_t i = slot_of(map, key);

	while (map->entries[i].value && map->entries[i].key != key) {
		i = (i + 1) & (map->size - 1);
	}
	return &map->entries[i];
}

static int grow(struct u64map *map)
{
	struct u64map bigger = {
		.size = map->size ? map->size * 2 : 8,
		.count = map->count,
	};

	bigger.entries =
		kcalloc(bigger.size, sizeof(*bigger.entries), GFP_KERNEL);
	if (!bigger.entries) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < map->size; i++) {
		if (map->entries[i].value) {
			*probe(&bigger, map->entries[i].key) = map->entries[i];
		}
	}
	kfree(map->entries);
	*map = bigger;
	return 0;
}

int u64map_insert(struct u64map *map, u64 key, void *value)
{
	if ((map->count + 1) * 4 > map->size * 3) {
		int ret = grow(map);

		if (ret) {
			return ret;
		}
	}
	*probe(map, key) = (struct u64map_entry){.key = key, .value = value};
	map->count++;
	return 0;
}

void *u64map_find(const struct u64map *map, u64 key)
{
	return map->size ? probe(map, key)->value : NULL;
}

void *u64map_remove(struct u64map *map, u64 key)
{
	size_t mask = map->size - 1, hole, i;
	struct u64map_entry *entry;
	void *value;

	if (!map->size) {
		return NULL;
	}
	entry = probe(map, key);
	value = entry->value;
	if (!value) {
		return NULL;
	}
	hole = (size_t)(entry - map->entries);
	for (i = (hole + 1) & mask; map->entries[i].value; i = (i + 1) & mask) {
		size_t home = slot_of(map, map->entries[i].key);

		/* Stays if its home lies behind the hole on the way to it. */
		if (((i - home) & mask) >= ((i - hole) & mask)) {
			map->entries[hole] = map->entries[i];
			hole = i;
		}
	}
	map->entries[hole].value = NULL;
	map->count--;
	return value;
}
