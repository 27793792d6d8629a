/* SPDX-License-Identifier: MIT */
/**
 * DOC: dri/N/crtc-N/crc
 *
 * The file "control" is a text with the names of the sources, and takes one;
 * "data" gives a line for each frame.
 */
#include "crc.h"

#include <drm/drm_crtc.h>
#include <drm/drm_drv.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "internal.h"
#include "paths.h"
#include "text.h"

#define CONTROL "control"
#define DATA	"data"

static void path_of(const struct drm_crtc *crtc, const char *name,
		    char path[WIRE_PATH_MAX])
{
	snprintf(path, WIRE_PATH_MAX, DEBUGFS "/dri/%d/crtc-%u/crc/%s",
		 crtc->dev->primary.index, crtc->index, name);
}

static bool has_crcs(const struct drm_device *dev)
{
	return drm_core_check_feature(dev, DRIVER_MODESET);
}

int crc_add(struct server *server)
{
	char path[WIRE_PATH_MAX];
	struct drm_crtc *crtc;
	int ret = 0;

	for (unsigned int i = 0; i < server->nr_devices; i++) {
		struct drm_device *dev = server->devices[i].dev;

		if (!has_crcs(dev)) {
			continue;
		}
		drm_for_each_crtc (crtc, dev) {
			if (ret || !crtc->funcs->get_crc_sources) {
				continue;
			}
			path_of(crtc, CONTROL, path);
			ret = testbed_add_file(&server->testbed, path,
					       S_IFREG | 0644, 0);
			path_of(crtc, DATA, path);
			if (!ret) {
				ret = testbed_add_file(&server->testbed, path,
						       S_IFREG | 0444, 0);
			}
		}
	}
	return ret;
}

/* The CRTC whose file of this name a path is, or NULL. */
static struct drm_crtc *find_crtc(struct server *server, const char *path,
				  const char *name)
{
	char full[WIRE_PATH_MAX];
	struct drm_crtc *crtc;

	for (unsigned int i = 0; i < server->nr_devices; i++) {
		struct drm_device *dev = server->devices[i].dev;

		if (!has_crcs(dev)) {
			continue;
		}
		drm_for_each_crtc (crtc, dev) {
			path_of(crtc, name, full);
			if (crtc->funcs->get_crc_sources &&
			    !strcmp(full, path)) {
				return crtc;
			}
		}
	}
	return NULL;
}

/* All sources, with a mark at that which is chosen. */
static int print_sources(FILE *out, void *data)
{
	struct drm_crtc *crtc = data;
	const char *const *sources, *chosen;
	size_t count;

	sources = crtc->funcs->get_crc_sources(crtc, &count);
	spin_lock(&crtc->crc.lock);
	chosen = crtc->crc.source;
	spin_unlock(&crtc->crc.lock);
	for (size_t i = 0; i < count; i++) {
		fprintf(out, "%s%s\n", sources[i],
			sources[i] == chosen ? "*" : "");
	}
	return 0;
}

static int open_data(struct drm_crtc *crtc, u32 flags)
{
	int fd;

	if ((flags & O_ACCMODE) != O_RDONLY) {
		return -EACCES;
	}
	fd = drm_crtc_crc_open(crtc);
	if (fd >= 0 && flags & O_NONBLOCK) {
		fcntl(fd, F_SETFL, O_RDWR | O_NONBLOCK);
	}
	return fd;
}

int crc_open(struct server *server, const char *path, u32 flags)
{
	struct drm_crtc *crtc = find_crtc(server, path, CONTROL);

	if (crtc) {
		return text_open(path, S_IFREG | 0644, flags, print_sources,
				 crtc);
	}
	crtc = find_crtc(server, path, DATA);
	return crtc ? open_data(crtc, flags) : -ENOENT;
}

long crc_write(struct server *server, const char *path, const char *data,
	       size_t size)
{
	struct drm_crtc *crtc = find_crtc(server, path, CONTROL);
	int ret;

	if (!crtc) {
		return -EPERM;
	}
	ret = size ? drm_crtc_crc_set_source(crtc, data, size) : 0;
	return ret ? ret : (long)size;
}
