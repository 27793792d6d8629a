/* SPDX-License-Identifier: MIT */
/* Checksums: see <drm/drm_debugfs_crc.h>. */
#include <drm/drm_debugfs_crc.h>
#include <errno.h>
#include <linux/slab.h>
#include <stdio.h>
#include <string.h>
#include <uprime/anon_file.h>

#include "internal.h"

/* "0x00000001 0x12345678\n", and the end of the text, as in Linux. */
#define LINE_LENGTH 23

/**
 * struct drm_crtc_crc_file - crc/data as it was opened
 */
struct drm_crtc_crc_file {
	struct anon_file base;
	struct drm_crtc *crtc; /* with a reference to its device */
};

static void crc_release(struct anon_file *base)
{
	struct drm_crtc_crc_file *file =
		container_of(base, struct drm_crtc_crc_file, base);
	struct drm_crtc *crtc = file->crtc;
	struct drm_crtc_crc *crc = &crtc->crc;

	spin_lock(&crc->lock);
	crc->file = NULL;
	spin_unlock(&crc->lock);
	crtc->funcs->set_crc_source(crtc, NULL);
	/* Now it can be opened again. */
	spin_lock(&crc->lock);
	crc->opened = false;
	spin_unlock(&crc->lock);
	drm_dev_put(crtc->dev);
	kfree(file);
}

static const struct anon_file_ops crc_ops = {
	.name = "crc",
	.reads_packets = true,
	.release = crc_release,
};

static bool is_active(struct drm_crtc *crtc)
{
	bool active;

	mutex_lock(&crtc->dev->mode_config.mutex);
	active = crtc->state->active;
	mutex_unlock(&crtc->dev->mode_config.mutex);
	return active;
}

/* Nobody else is to open it from now on: false: somebody has. */
static bool claim(struct drm_crtc_crc *crc, const char **source)
{
	bool opened;

	spin_lock(&crc->lock);
	opened = crc->opened;
	crc->opened = true;
	*source = crc->source;
	spin_unlock(&crc->lock);
	return !opened;
}

int drm_crtc_crc_open(struct drm_crtc *crtc)
{
	struct drm_crtc_crc *crc = &crtc->crc;
	struct drm_crtc_crc_file *file;
	const char *source;
	int fd, ret;

	if (!is_active(crtc)) {
		return -EIO;
	}
	file = kzalloc(sizeof(*file), GFP_KERNEL);
	if (!file) {
		return -ENOMEM;
	}
	if (!claim(crc, &source)) {
		kfree(file);
		return -EBUSY;
	}
	drm_dev_get(crtc->dev);
	file->crtc = crtc;
	fd = anon_file_open(&file->base, &crc_ops);
	if (fd < 0) {
		return fd;
	}
	spin_lock(&crc->lock);
	crc->file = file;
	spin_unlock(&crc->lock);
	ret = crtc->funcs->set_crc_source(crtc, source);
	if (ret) {
		anon_file_abandon(fd);
		return ret;
	}
	return fd;
}

/* The driver's name of a source, or NULL. */
static const char *find_source(struct drm_crtc *crtc, const char *name,
			       size_t size)
{
	size_t count;
	const char *const *sources = crtc->funcs->get_crc_sources(crtc, &count);

	for (size_t i = 0; i < count; i++) {
		if (strlen(sources[i]) == size &&
		    !memcmp(sources[i], name, size)) {
			return sources[i];
		}
	}
	return NULL;
}

int drm_crtc_crc_set_source(struct drm_crtc *crtc, const char *name,
			    size_t size)
{
	struct drm_crtc_crc *crc = &crtc->crc;
	const char *source;
	bool opened;

	if (size && name[size - 1] == '\n') {
		size--;
	}
	source = find_source(crtc, name, size);
	if (!source) {
		return -EINVAL;
	}
	spin_lock(&crc->lock);
	opened = crc->opened;
	if (!opened) {
		crc->source = source;
	}
	spin_unlock(&crc->lock);
	return opened ? -EBUSY : 0;
}

void drm_crtc_add_crc_entry(struct drm_crtc *crtc, u32 frame, u32 value)
{
	struct drm_crtc_crc *crc = &crtc->crc;
	char line[LINE_LENGTH];

	snprintf(line, sizeof(line), "0x%08x 0x%08x\n", frame, value);
	spin_lock(&crc->lock);
	if (crc->file) {
		anon_file_send(&crc->file->base, line, sizeof(line));
	}
	spin_unlock(&crc->lock);
}
