/* SPDX-License-Identifier: MIT */
/**
 * DOC: what a program asks of MODE_ATOMIC
 *
 * Four arrays in the program: objects, how many properties each, and for all of
 * them numbers and values. They are read before any lock is taken, as that can
 * wait for the program. What is wrong with them (an address, a number) is not
 * told before the values that stand before it were looked at.
 */
#include <limits.h>
#include <linux/err.h>
#include <linux/slab.h>
#include <linux/sync_file.h>
#include <string.h>
#include <uprime/host.h>

#include "atomic_args.h"
#include "internal.h"

/* More than all properties of all objects of a device, many times. */
#define VALUES_MAX 65536
/* Elements that are read at once. */
#define WINDOW 64

/**
 * struct reader - an array in the program
 */
struct reader {
	u64 address;
	size_t size;   /* bytes of an element */
	u64 end;       /* elements that there are, as far as we know */
	u64 first, nr; /* those in buf */
	char buf[WINDOW * sizeof(u64)];
};

static int read_at(struct reader *reader, u64 i, void *to)
{
	u64 from = reader->address + i * reader->size;
	u64 nr = reader->end > i ? min(reader->end - i, (u64)WINDOW) : 1;

	if (i < reader->first || i - reader->first >= reader->nr) {
		/* If not all can be read, perhaps this one. */
		if (copy_from_user(reader->buf, from, nr * reader->size)) {
			nr = 1;
			if (copy_from_user(reader->buf, from, reader->size)) {
				return -EFAULT;
			}
		}
		reader->first = i;
		reader->nr = nr;
	}
	memcpy(to, reader->buf + (i - reader->first) * reader->size,
	       reader->size);
	return 0;
}

/* How many properties have the object @i and those after it that are read? */
static u64 sum_counts(const struct reader *counts, u64 i)
{
	u64 sum = 0;
	u32 count;

	for (; i < counts->first + counts->nr; i++) {
		memcpy(&count,
		       counts->buf + (i - counts->first) * sizeof(count),
		       sizeof(count));
		sum += count;
	}
	return sum;
}

struct dma_fence *atomic_find_fence(struct drm_property *prop, u64 value)
{
	if (prop != prop->dev->mode_config.prop_in_fence_fd ||
	    value > INT_MAX) {
		return NULL;
	}
	return sync_file_get_fence((int)value);
}

bool atomic_is_out_fence(struct drm_property *prop, u64 value)
{
	const struct drm_mode_config *config = &prop->dev->mode_config;

	return value && (prop == config->prop_out_fence_ptr ||
			 prop == config->writeback_out_fence_ptr_property);
}

static int grow(struct atomic_args *args)
{
	u32 room = args->room ? args->room * 2 : WINDOW;
	struct atomic_value *values;

	if (room > VALUES_MAX) {
		return -ENOMEM;
	}
	values = kmalloc_array(room, sizeof(*values), GFP_KERNEL);
	if (!values) {
		return -ENOMEM;
	}
	if (args->nr) {
		memcpy(values, args->values, args->nr * sizeof(*values));
	}
	kfree(args->values);
	args->values = values;
	args->room = room;
	return 0;
}

static int add(struct atomic_args *args, struct drm_mode_object *obj,
	       struct drm_property *prop, u64 value)
{
	int ret = args->nr < args->room ? 0 : grow(args);

	if (!ret) {
		drm_mode_object_get(obj);
		args->values[args->nr++] = (struct atomic_value){
			.obj = obj,
			.prop = prop,
			.value = value,
			.fence = atomic_find_fence(prop, value),
		};
	}
	return ret;
}

static int fetch_object(struct atomic_args *args, struct drm_mode_object *obj,
			struct reader *props, struct reader *values, u64 first,
			u32 count)
{
	int ret = 0;

	for (u64 i = first; i < first + count && !ret; i++) {
		struct drm_property *prop;
		u64 value;
		u32 id;

		ret = read_at(props, i, &id);
		if (ret) {
			return ret;
		}
		prop = drm_mode_obj_find_prop_id(obj, id);
		if (!prop) {
			return -ENOENT;
		}
		ret = read_at(values, i, &value);
		if (!ret) {
			ret = add(args, obj, prop, value);
		}
	}
	return ret;
}

void atomic_args_fetch(struct atomic_args *args, struct drm_file *file,
		       const struct drm_mode_atomic *arg)
{
	struct reader objs = {
		.address = arg->objs_ptr,
		.size = sizeof(u32),
		.end = arg->count_objs,
	};
	struct reader counts = {
		.address = arg->count_props_ptr,
		.size = sizeof(u32),
		.end = arg->count_objs,
	};
	struct reader props = {.address = arg->props_ptr, .size = sizeof(u32)};
	struct reader values = {
		.address = arg->prop_values_ptr,
		.size = sizeof(u64),
	};
	u64 done = 0;

	*args = (struct atomic_args){0};
	for (u32 i = 0; i < arg->count_objs && !args->error; i++) {
		struct drm_mode_object *obj;
		u32 id, count;

		args->error = i < VALUES_MAX ? read_at(&objs, i, &id) : -ENOMEM;
		if (args->error) {
			return;
		}
		obj = drm_mode_object_find(file->minor->dev, file, id,
					   DRM_MODE_OBJECT_ANY);
		if (!obj) {
			args->error = -ENOENT;
			return;
		}
		args->error =
			obj->properties ? read_at(&counts, i, &count) : -ENOENT;
		if (!args->error) {
			props.end = values.end = done + sum_counts(&counts, i);
			args->error = fetch_object(args, obj, &props, &values,
						   done, count);
			done += count;
		}
		drm_mode_object_put(obj);
	}
}

void atomic_args_free(struct atomic_args *args)
{
	for (u32 i = 0; i < args->nr; i++) {
		dma_fence_put(args->values[i].fence);
		drm_mode_object_put(args->values[i].obj);
	}
	kfree(args->values);
}
