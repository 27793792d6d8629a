/* SPDX-License-Identifier: MIT */
/* What the files of the vkms driver share, by the file it stands in. */
#ifndef UPRIME_DRIVERS_VKMS_H
#define UPRIME_DRIVERS_VKMS_H

#include <drm/drm_atomic_helper.h>
#include <drm/drm_encoder.h>
#include <drm/drm_property.h>
#include <drm/drm_vblank.h>
#include <drm/drm_writeback.h>
#include <linux/hrtimer.h>
#include <linux/workqueue.h>
#include <string.h>
#include <uprime/display.h>

#include "drivers.h"

#define VKMS_SIZE_MIN 10
#define VKMS_SIZE_MAX 8192

#define VKMS_CURSOR_SIZE    512
#define VKMS_LUT_SIZE	    256
#define VKMS_OVERLAY_PLANES 8
#define VKMS_PLANES_MAX	    (1 + VKMS_OVERLAY_PLANES + 1)

/* ---- vkms_picture.c ---- */

/**
 * struct vkms_layer - what a plane has in a picture; constant
 */
struct vkms_layer {
	struct drm_framebuffer *fb; /* referenced */
	int src_x, src_y;	    /* the first pixel of fb that is seen */
	struct drm_rect dst;	    /* where in the picture, within it */
	u32 rotation;		    /* DRM_MODE_ROTATE_*, DRM_MODE_REFLECT_* */
	enum drm_color_encoding encoding;
	enum drm_color_range range;
};

/**
 * struct vkms_picture - what a CRTC shows: layers, the lowest first
 *
 * Made by an atomic check, with references to all that it needs: it can be
 * composed at any time, whatever the CRTC shows by then. Constant.
 */
struct vkms_picture {
	struct kref ref;
	u32 width, height;
	u32 refresh_mhz;
	struct drm_property_blob *gamma_lut; /* referenced, or NULL */
	u32 *pixels; /* composed already, XRGB8888, owned; or NULL */
	unsigned int nr_layers;
	struct vkms_layer layers[VKMS_PLANES_MAX];
};

/* vkms_picture_create - of the planes of a CRTC in a checked state, which has
 * all of them; ERR_PTR(-ENOMEM) */
struct vkms_picture *
vkms_picture_create(const struct drm_atomic_state *state,
		    const struct drm_crtc_state *crtc_state);
struct vkms_picture *vkms_picture_get(struct vkms_picture *picture);
/* vkms_picture_put - NULL is fine; framebuffers can go: no spinlock held */
void vkms_picture_put(struct vkms_picture *picture);
/* vkms_picture_still - a picture of the same pixels that needs no framebuffer;
 * ERR_PTR: -ENOMEM, what vkms_compose() says */
struct vkms_picture *vkms_picture_still(const struct vkms_picture *picture);

/* ---- vkms_formats.c ---- */

/* Of functions that read or write pixels. They are the program's, which may
 * draw meanwhile, and let displays write what others read: no race of ours. */
#define PIXELS __attribute__((no_sanitize("thread")))

/* Of what goes along lines: several pixels at once, as many as the processor
 * can that it runs on. Static ones only: a library would show the others to who
 * links it. Sanitizers are not up yet when the processor is asked. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) &&         \
	!defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
#define WIDE                                                                   \
	__attribute__((optimize("O3"), flatten,                                \
		       target_clones("avx2", "default")))
#else
#define WIDE
#endif
/* In each of those that call it, with what is constant there. */
#define IN_LINE __attribute__((always_inline)) static inline

/**
 * struct vkms_pixel - a pixel while it is composed
 *
 * In this order programs know it: checksums are made of such lines.
 */
struct vkms_pixel {
	u16 a, r, g, b;
};

/* All of a pixel at once: a is lowest. */
PIXELS IN_LINE u64 vkms_load_pixel(const struct vkms_pixel *pixel)
{
	u64 v;

	memcpy(&v, pixel, sizeof(v));
	return v;
}

PIXELS IN_LINE void vkms_store_pixel(struct vkms_pixel *pixel, u64 v)
{
	memcpy(pixel, &v, sizeof(v));
}

/**
 * struct vkms_run - pixels of a framebuffer, one after the other in a line, a
 * column, or back
 */
struct vkms_run {
	const struct drm_framebuffer *fb;
	void *const *data; /* its planes' first pixels */
	int x, y;	   /* the first one */
	int dx, dy;	   /* to the next one */
	unsigned int n;
	enum drm_color_encoding encoding;
	enum drm_color_range range;
};

extern const u32 vkms_formats[];
extern const unsigned int vkms_nr_formats;
/* Those of them that can be written: the first ones. */
extern const unsigned int vkms_nr_write_formats;

/* vkms_read_run - pixels as they are composed */
void vkms_read_run(const struct vkms_run *run, struct vkms_pixel *out);
/* vkms_write_line - a composed line into a framebuffer that can be written */
void vkms_write_line(const struct drm_framebuffer *fb, void *const *data, u32 y,
		     const struct vkms_pixel *in, unsigned int n);
/* vkms_to_xrgb8888 - composed pixels as they are looked at */
void vkms_to_xrgb8888(const struct vkms_pixel *in, u32 *out, unsigned int n);

/* vkms_see_run - pixels as they are looked at: XRGB8888, X undefined, or of
 * ARGB8888 as they are */
void vkms_see_run(const struct vkms_run *run, u32 *out);

/* ---- vkms_nv12.c ---- */

/* The same, of NV12. */
void vkms_read_nv12(const struct vkms_run *run, struct vkms_pixel *out);
void vkms_see_nv12(const struct vkms_run *run, u32 *out);

/* ---- vkms_gamma.c ---- */

/**
 * struct vkms_gamma - a table that is applied to what is shown
 */
struct vkms_gamma {
	const struct drm_color_lut *lut; /* or NULL; the blob's */
	unsigned int size;
	s64 ratio; /* of an index to a channel's value, in 2^-32 */
};

/* vkms_gamma_init - @blob: NULL: none */
void vkms_gamma_init(struct vkms_gamma *gamma,
		     const struct drm_property_blob *blob);
void vkms_gamma_apply(const struct vkms_gamma *gamma, struct vkms_pixel *pixels,
		      unsigned int n);

/* ---- vkms_composer.c ---- */

/**
 * struct vkms_lines - what the lines of a picture are composed with
 */
struct vkms_lines {
	const struct vkms_picture *picture;
	/* Its framebuffers in this process' memory, by layer. */
	void *maps[VKMS_PLANES_MAX][DRM_FORMAT_MAX_PLANES];
	struct vkms_gamma gamma;
	struct vkms_pixel *line, *layer; /* owned: room for a line each */
};

/* vkms_lines_init - @picture: no still. 0 and vkms_lines_fini() undoes it;
 * -ENOMEM, -errno of who exported a buffer */
int vkms_lines_init(struct vkms_lines *lines,
		    const struct vkms_picture *picture);
void vkms_lines_fini(struct vkms_lines *lines);
/* vkms_compose_line - a line as Linux composes it, until the next one */
const struct vkms_pixel *vkms_compose_line(struct vkms_lines *lines, int y);
/* vkms_layer_run - the pixels of a layer that are seen in a line of it, @y from
 * its top */
struct vkms_run vkms_layer_run(const struct vkms_layer *layer,
			       void *const *data, int y);

/**
 * vkms_compose_lines() - compose a picture as Linux does
 * @picture: no still
 * @line: called with each line from the top, @picture->width pixels
 * @data: for @line
 *
 * Return: as vkms_lines_init().
 */
int vkms_compose_lines(const struct vkms_picture *picture,
		       void (*line)(void *data, u32 y,
				    const struct vkms_pixel *pixels),
		       void *data);

/* ---- vkms_paint.c ---- */

/* vkms_compose - put a picture into memory, XRGB8888, X undefined. @stride:
 * bytes, a multiple of 4. As vkms_lines_init(). */
int vkms_compose(const struct vkms_picture *picture, u32 *pixels, u32 stride);

/* ---- vkms_output.c ---- */

/**
 * struct vkms_output - a display, with all that shows on it
 */
struct vkms_output {
	struct vkms_device *vkms;
	unsigned int index;
	struct drm_plane *planes; /* primary, overlays, cursor; owned */
	unsigned int nr_planes;
	struct drm_crtc crtc;
	struct drm_encoder encoder;
	struct drm_connector connector;
	struct drm_writeback_connector writeback;
	struct workqueue_struct *workq; /* composes for who cannot */

	/* What is plugged in: mode_config.mutex. */
	bool connected;
	unsigned int nr_modes; /* 0: Linux's */
	struct drm_display_mode modes[UPRIME_DISPLAY_MODES_MAX];
	u8 edid[EDID_LENGTH];

	/* The vblanks, while they are enabled: */
	struct hrtimer vblank_timer;
	s64 period;		 /* ns; constant while the timer runs */
	_Atomic s64 vblank_time; /* of the last one; CLOCK_MONOTONIC */
	_Atomic s64 vblank_base; /* one to count from; 0: none yet */

	spinlock_t lock; /* before event_lock */
	/* What is seen now, and what from the next vblank on, or NULL: lock. */
	struct vkms_picture *shown, *next;
	/* A still of what was seen last, or NULL: lock. */
	struct vkms_picture *last;
	u64 sequence;	/* as in struct uprime_frame; lock */
	s64 shown_time; /* lock */
	/* Pictures to be written: vkms_writeback_job.node; lock. */
	struct list_head writeback_jobs;
	struct work_struct writeback_work;
	/* Pictures whose checksums are wanted: vkms_crc.node; lock. */
	struct list_head crcs;
	struct work_struct crc_work;
	bool has_crcs;	       /* they are wanted; lock */
	bool crcs_have_vblank; /* a reference to the vblanks; lock */
};

#define crtc_to_vkms_output(x) container_of(x, struct vkms_output, crtc)

/* vkms_output_init - 0 and vkms_output_fini() undoes it; -ENOMEM, -EINVAL */
int vkms_output_init(struct vkms_output *output, struct drm_device *dev,
		     const struct uprime_device_options *options,
		     unsigned int index);
void vkms_output_fini(struct vkms_output *output);
/* vkms_output_set_modes - 0; -EINVAL, -ENOMEM. mode_config.mutex held, or the
 * device is not registered yet. */
int vkms_output_set_modes(struct vkms_output *output,
			  const struct uprime_display_options *options);

/* ---- vkms_plane.c ---- */

/* vkms_plane_init - 0 and drm_plane_cleanup() undoes it; -ENOMEM, -EINVAL */
int vkms_plane_init(struct drm_device *dev, struct drm_plane *plane,
		    enum drm_plane_type type, unsigned int index);

/* ---- vkms_crtc.c ---- */

struct vkms_crtc_state {
	struct drm_crtc_state base;
	struct vkms_picture *picture; /* referenced, or NULL: off */
};

#define to_vkms_crtc_state(x) container_of(x, struct vkms_crtc_state, base)

/* vkms_crtc_init - 0 and drm_crtc_cleanup() undoes it; -ENOMEM, -EINVAL */
int vkms_crtc_init(struct drm_device *dev, struct vkms_output *output,
		   struct drm_plane *primary, struct drm_plane *cursor);

/* ---- vkms_writeback.c ---- */

/* vkms_writeback_init - 0 and vkms_writeback_fini() undoes it; -ENOMEM,
 * -EINVAL */
int vkms_writeback_init(struct drm_device *dev, struct vkms_output *output);
/* vkms_writeback_fini - nothing, if there is none */
void vkms_writeback_fini(struct vkms_output *output);
/* vkms_writeback_vblank - what waits for a picture is to have what is seen now.
 * output->lock held. */
void vkms_writeback_vblank(struct vkms_output *output);

/* ---- vkms_crc.c ---- */

void vkms_crc_init(struct vkms_output *output);
/* vkms_crc_vblank - a vblank has come. output->lock held. */
void vkms_crc_vblank(struct vkms_output *output);
const char *const *vkms_get_crc_sources(struct drm_crtc *crtc, size_t *count);
int vkms_set_crc_source(struct drm_crtc *crtc, const char *source);

/* ---- vkms_display.c ---- */

extern const struct uprime_display_ops vkms_display_ops;

/* vkms_display_changed - tell those who watch. output->lock can be held. */
void vkms_display_changed(struct vkms_output *output);
bool vkms_display_is_watched(struct vkms_device *vkms);

/* ---- vkms.c ---- */

/**
 * struct vkms_device - a device
 */
struct vkms_device {
	spinlock_t watch_lock;	  /* a leaf */
	struct list_head watches; /* uprime_display_watch.node; watch_lock */
	unsigned int nr_outputs;
	struct vkms_output outputs[]; /* those before nr_outputs */
};

#endif
