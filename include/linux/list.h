/* SPDX-License-Identifier: MIT */
/* Circular doubly linked lists, intrusive. An empty list, or an entry in no
 * list, points to itself. */
#ifndef UPRIME_LINUX_LIST_H
#define UPRIME_LINUX_LIST_H

#include <linux/kernel.h>

struct list_head {
	struct list_head *next, *prev;
};

#define LIST_HEAD_INIT(name) {&(name), &(name)}
#define LIST_HEAD(name)      struct list_head name = LIST_HEAD_INIT(name)

static inline void INIT_LIST_HEAD(struct list_head *list)
{
	list->next = list;
	list->prev = list;
}

static inline void list_add_tail(struct list_head *entry,
				 struct list_head *list)
{
	entry->next = list;
	entry->prev = list->prev;
	list->prev->next = entry;
	list->prev = entry;
}

static inline void list_add(struct list_head *entry, struct list_head *after)
{
	list_add_tail(entry, after->next);
}

static inline void list_del_init(struct list_head *entry)
{
	entry->prev->next = entry->next;
	entry->next->prev = entry->prev;
	INIT_LIST_HEAD(entry);
}

static inline bool list_empty(const struct list_head *list)
{
	return list->next == list;
}

#define list_entry(ptr, type, member) container_of(ptr, type, member)

#define list_first_entry(list, type, member)                                   \
	list_entry((list)->next, type, member)

#define list_for_each_entry(pos, list, member)                                 \
	for (pos = list_entry((list)->next, __typeof__(*pos), member);         \
	     &pos->member != (list);                                           \
	     pos = list_entry(pos->member.next, __typeof__(*pos), member))

#define list_for_each_entry_safe(pos, n, list, member)                         \
	for (pos = list_entry((list)->next, __typeof__(*pos), member),         \
	    n = list_entry(pos->member.next, __typeof__(*pos), member);        \
	     &pos->member != (list);                                           \
	     pos = n, n = list_entry(n->member.next, __typeof__(*n), member))

#endif
