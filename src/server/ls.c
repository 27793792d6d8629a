/* SPDX-License-Identifier: MIT */
/**
 * DOC: who holds which buffers
 *
 * First what is needed is collected: under a device's objects_lock its
 * objects, with a reference each, so that neither they nor what they were
 * imported from goes away; then, under filelist_mutex and in it each file's
 * table_lock (nobody takes them the other way round), who has which handle.
 * Then text is made of it, without locks. A handle whose object was not there
 * in the first step is left out, and the other way round: the picture is that
 * of a moment when nothing changes.
 *
 * A buffer's state is "imported" (it is another device's, by its dma-buf),
 * "exported" (there is a dma-buf of it) or "private".
 */
#include <drm/drm_drv.h>
#include <drm/drm_gem.h>
#include <json-c/json.h>
#include <linux/dma-buf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/**
 * struct seen_handle - a handle of a file
 */
struct seen_handle {
	const struct drm_gem_object *obj; /* only to be compared */
	u64 file;			  /* drm_file.id */
	pid_t pid;
	int node; /* minor number */
	u32 handle;
};

/**
 * struct seen - what was collected of a device
 */
struct seen {
	struct drm_gem_object **objects; /* owned, referenced */
	size_t nr_objects;
	struct seen_handle *handles; /* owned; those of a file in a row */
	size_t nr_handles, max_handles;
};

static int collect_objects(struct seen *seen, struct drm_device *dev)
{
	struct drm_gem_object *obj;
	size_t nr = 0;
	int ret = 0;

	mutex_lock(&dev->objects_lock);
	list_for_each_entry (obj, &dev->objects, node) {
		nr++;
	}
	seen->objects = calloc(nr + 1, sizeof(struct drm_gem_object *));
	if (!seen->objects) {
		ret = -ENOMEM;
		goto out;
	}
	list_for_each_entry (obj, &dev->objects, node) {
		if (kref_get_unless_zero(&obj->refcount)) {
			seen->objects[seen->nr_objects++] = obj;
		}
	}
out:
	mutex_unlock(&dev->objects_lock);
	return ret;
}

static int add_handle(struct seen *seen, const struct seen_handle *handle)
{
	size_t max = seen->max_handles ? 2 * seen->max_handles : 64;
	struct seen_handle *more;

	if (seen->nr_handles == seen->max_handles) {
		more = reallocarray(seen->handles, max, sizeof(*more));
		if (!more) {
			return -ENOMEM;
		}
		seen->handles = more;
		seen->max_handles = max;
	}
	seen->handles[seen->nr_handles++] = *handle;
	return 0;
}

static int collect_file(struct seen *seen, struct drm_file *file)
{
	struct seen_handle handle = {
		.file = file->id,
		.pid = file->pid,
		.node = file->minor->index,
	};
	struct drm_gem_object *obj;
	int ret = 0;
	u32 id;

	mutex_lock(&file->table_lock);
	idr_for_each_entry (&file->object_idr, obj, id) {
		handle.obj = obj;
		handle.handle = id;
		ret = add_handle(seen, &handle);
		if (ret) {
			break;
		}
	}
	mutex_unlock(&file->table_lock);
	return ret;
}

static int collect_handles(struct seen *seen, struct drm_device *dev)
{
	struct drm_file *file;
	int ret = 0;

	mutex_lock(&dev->filelist_mutex);
	list_for_each_entry (file, &dev->filelist, node) {
		ret = collect_file(seen, file);
		if (ret) {
			break;
		}
	}
	mutex_unlock(&dev->filelist_mutex);
	return ret;
}

static void seen_finish(struct seen *seen)
{
	for (size_t i = 0; i < seen->nr_objects; i++) {
		drm_gem_object_put(seen->objects[i]);
	}
	free(seen->objects);
	free(seen->handles);
}

static void add(struct json_object *to, const char *key,
		struct json_object *value)
{
	json_object_object_add(to, key, value);
}

static const char *node_path(const struct server_device *device, int index)
{
	for (unsigned int i = 0; i < device->nr_nodes; i++) {
		if (device->nodes[i].index == index) {
			return device->nodes[i].path;
		}
	}
	return "";
}

/* The dma-buf that an object is, or was imported from; for dma_buf_put(). */
static struct dma_buf *dma_buf_of(struct drm_gem_object *obj)
{
	struct dma_buf *dmabuf;

	if (obj->filp) {
		return dma_buf_find(obj->filp);
	}
	/* Not yet set while the import is under way. */
	if (!obj->import_attach) {
		return NULL;
	}
	dmabuf = obj->import_attach->dmabuf;
	get_dma_buf(dmabuf);
	return dmabuf;
}

/* An object as JSON. Enters memory of its own, for others to be found. */
static struct json_object *describe_object(struct drm_gem_object *obj,
					   struct memory **memory)
{
	struct json_object *json = json_object_new_object();
	struct dma_buf *dmabuf = dma_buf_of(obj);
	const struct file *file = obj->filp;
	char name[DMA_BUF_NAME_LEN] = "";
	const char *state = "private";
	int flink;

	if (dmabuf) {
		state = file ? "exported" : "imported";
		file = dmabuf->file;
		mutex_lock(&dmabuf->lock);
		strcpy(name, dmabuf->name);
		mutex_unlock(&dmabuf->lock);
	}
	mutex_lock(&obj->dev->object_name_lock);
	flink = obj->name;
	mutex_unlock(&obj->dev->object_name_lock);

	add(json, "size", json_object_new_int64((s64)obj->size));
	add(json, "state", json_object_new_string(state));
	add(json, "name", json_object_new_string(name));
	add(json, "flink", json_object_new_int(flink));
	if (file && file_fd_if_made(file) >= 0) {
		add(json, "inode", json_object_new_int64((s64)file->ino));
	}
	add(json, "handles", json_object_new_array());
	if (obj->filp) {
		add(json, "fds", json_object_new_array());
		add(json, "mappings", json_object_new_array());
	}
	/* Nobody has what nobody needed yet. */
	if (obj->filp && file_fd_if_made(obj->filp) >= 0) {
		*(*memory)++ = (struct memory){
			.dev = file->dev, .ino = file->ino, .buffer = json};
	}
	if (dmabuf) {
		dma_buf_put(dmabuf);
	}
	return json;
}

/* Say of a buffer that a file has one handle more. */
static void describe_handle(struct json_object *buffer,
			    const struct server_device *device,
			    const struct seen_handle *handle, bool same_file)
{
	struct json_object *list, *entry, *numbers;
	size_t nr;

	json_object_object_get_ex(buffer, "handles", &list);
	nr = json_object_array_length(list);
	if (nr && same_file) {
		entry = json_object_array_get_idx(list, nr - 1);
		json_object_object_get_ex(entry, "handles", &numbers);
	} else {
		entry = ls_process(handle->pid);
		numbers = json_object_new_array();
		add(entry, "node",
		    json_object_new_string(node_path(device, handle->node)));
		add(entry, "handles", numbers);
		json_object_array_add(list, entry);
	}
	json_object_array_add(numbers, json_object_new_int64(handle->handle));
}

/**
 * struct described - a buffer of which text was made
 */
struct described {
	struct json_object *buffer; /* borrowed */
	u64 file; /* drm_file.id of the last handle described */
};

static int describe_buffers(struct json_object *buffers,
			    const struct server_device *device,
			    const struct seen *seen, struct memory **memory)
{
	struct described *described, *d;
	struct u64map index = {0}; /* object -> described */
	int ret = 0;

	described = calloc(seen->nr_objects + 1, sizeof(*described));
	if (!described) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < seen->nr_objects; i++) {
		described[i].buffer = describe_object(seen->objects[i], memory);
		json_object_array_add(buffers, described[i].buffer);
		ret = u64map_insert(&index, (u64)(uintptr_t)seen->objects[i],
				    &described[i]);
		if (ret) {
			goto out;
		}
	}
	for (size_t i = 0; i < seen->nr_handles; i++) {
		const struct seen_handle *handle = &seen->handles[i];

		d = u64map_find(&index, (u64)(uintptr_t)handle->obj);
		if (d) {
			describe_handle(d->buffer, device, handle,
					d->file == handle->file);
			d->file = handle->file;
		}
	}
out:
	u64map_destroy(&index);
	free(described);
	return ret;
}

static struct json_object *describe_device(const struct server_device *device)
{
	struct json_object *json = json_object_new_object();
	struct json_object *nodes = json_object_new_array();
	struct json_object *displays;

	add(json, "name", json_object_new_string(device->dev->dev->name));
	add(json, "driver", json_object_new_string(device->dev->driver->name));
	for (unsigned int i = 0; i < device->nr_nodes; i++) {
		json_object_array_add(
			nodes, json_object_new_string(device->nodes[i].path));
	}
	add(json, "nodes", nodes);
	displays = ls_displays(device);
	if (displays) {
		add(json, "displays", displays);
		add(json, "master", ls_master(device));
	}
	return json;
}

static int describe_devices(struct json_object *devices, struct server *server,
			    const struct seen *seen, struct memory *memory)
{
	struct memory *end = memory;
	int ret = 0;

	for (unsigned int i = 0; i < server->nr_devices && !ret; i++) {
		struct json_object *json = describe_device(&server->devices[i]);
		struct json_object *buffers = json_object_new_array();

		add(json, "buffers", buffers);
		json_object_array_add(devices, json);
		ret = describe_buffers(buffers, &server->devices[i], &seen[i],
				       &end);
	}
	if (!ret) {
		ls_holders(memory, (size_t)(end - memory));
	}
	return ret;
}

static char *describe_session(struct server *server, const struct seen *seen,
			      size_t nr_objects)
{
	struct memory *memory = calloc(nr_objects + 1, sizeof(*memory));
	struct json_object *json = json_object_new_object();
	struct json_object *devices = json_object_new_array();
	char *text = NULL;

	add(json, "session", json_object_new_string(server->session.name));
	add(json, "directory", json_object_new_string(server->session.path));
	add(json, "server", json_object_new_int(getpid()));
	add(json, "devices", devices);
	if (memory && !describe_devices(devices, server, seen, memory)) {
		text = strdup(json_object_to_json_string_ext(
			json, JSON_C_TO_STRING_PLAIN));
	}
	json_object_put(json);
	free(memory);
	return text;
}

char *ls_json(struct server *server)
{
	struct seen seen[SERVER_DEVICES_MAX] = {0};
	size_t nr_objects = 0;
	char *text = NULL;
	int ret = 0;

	for (unsigned int i = 0; i < server->nr_devices && !ret; i++) {
		ret = collect_objects(&seen[i], server->devices[i].dev);
		if (!ret) {
			ret = collect_handles(&seen[i], server->devices[i].dev);
		}
		nr_objects += seen[i].nr_objects;
	}
	if (!ret) {
		text = describe_session(server, seen, nr_objects);
	}
	for (unsigned int i = 0; i < server->nr_devices; i++) {
		seen_finish(&seen[i]);
	}
	return text;
}
