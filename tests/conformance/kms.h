/* SPDX-License-Identifier: MIT */
/**
 * DOC: one program, two displays
 *
 * conform-kms asks a display driver, as conform asks vgem: what it prints
 * depends on nothing but the answers. Ids of objects, times and counts of
 * vblanks differ from run to run: objects are told by kind and place, ids of
 * framebuffers and blobs by who came first, times by what they are relative
 * to each other.
 *
 * What a display starts with is what the last program left. So every check
 * begins with kms_open(), which turns it off.
 */
#ifndef CONFORM_KMS_H
#define CONFORM_KMS_H

#include "conform.h"
#include "kms_uapi.h"

#define KMS_MAX	  16
#define KMS_PROPS 256

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#define PRIMARY 1u
#define OVERLAY 0u
#define CURSOR	2u

/* The device's objects, which are the same for as long as it lives. 0: there
 * is none. */
struct kms_ids {
	uint32_t crtc[KMS_MAX], connector[KMS_MAX], encoder[KMS_MAX],
		plane[KMS_MAX];
	unsigned int nr_crtcs, nr_connectors, nr_encoders, nr_planes;
	uint32_t primary, overlay, cursor;
	/* These three: what is true of one overlay is of all. */
	uint32_t some_plane[3];
	unsigned int nr_some_planes;
	uint32_t display, writeback; /* connectors */
	/* Of all objects. */
	struct kms_property {
		uint32_t object, id;
		char name[32];
	} property[KMS_PROPS];
	unsigned int nr_properties;
};

extern struct kms_ids ids;

/* Which driver's device is asked ("vkms"). */
extern const char *kms_driver;

extern const struct subject kms_caps_subject;
extern const struct subject kms_resources_subject;
extern const struct subject kms_property_subject;
extern const struct subject kms_blob_subject;
extern const struct subject kms_fb_subject;
extern const struct subject kms_fb_arguments_subject;
extern const struct subject kms_crtc_subject;
extern const struct subject kms_gamma_subject;
extern const struct subject kms_cursor_subject;
extern const struct subject kms_plane_subject;
extern const struct subject kms_flip_subject;
extern const struct subject kms_vblank_subject;
extern const struct subject kms_event_subject;
extern const struct subject kms_atomic_subject;
extern const struct subject kms_atomic_values_subject;
extern const struct subject kms_atomic_arguments_subject;
extern const struct subject kms_fence_subject;
extern const struct subject kms_owner_subject;
extern const struct subject kms_lease_subject;
extern const struct subject kms_writeback_subject;
extern const struct subject kms_crc_subject;
extern const struct subject kms_files_subject;
extern const struct subject kms_buffer_subject;
extern const struct subject kms_random_subject;

/* kms_device.c */

/* Another open file of the display; or gives up. */
int kms_open_other(void);
/* An open file, which is master, of a display that is off. */
int kms_open(void);
/* As kms_open(), with the client's capabilities for atomic and writeback. */
int kms_open_atomic(void);
int kms_set_cap(int file, uint64_t cap, uint64_t value);
/* "crtc#1", "plane#2"; what is no such object: "id#1", "id#2"... */
const char *kms_name(uint32_t id);
/* The property's id; 0: the object has none of this name. */
uint32_t kms_property(uint32_t object, const char *name);
/* Its name; or "property?". */
const char *kms_property_name(uint32_t property);
/* Its value as the kernel says; ~0: it cannot be had. */
uint64_t kms_value(int file, uint32_t object, const char *name);
const char *fourcc(uint32_t format);
/* One line: what was asked, and the errno of @ret if it is negative. */
void kms_said(const char *what, long ret);

/* kms_picture.c: modes, framebuffers, and a display that shows one */

/* Of the display, one that all drivers have: 1024x768 at 60 Hz. */
const struct drm_mode_modeinfo *kms_mode(int file);
/* The first of that size; or gives up. */
const struct drm_mode_modeinfo *kms_mode_of(int file, unsigned int width,
					    unsigned int height);
const char *kms_mode_text(const struct drm_mode_modeinfo *mode);
uint32_t kms_dumb(int file, uint32_t width, uint32_t height, uint32_t bpp,
		  uint32_t *pitch);
/* A framebuffer of its own buffer; or gives up. */
uint32_t kms_fb(int file, uint32_t width, uint32_t height, uint32_t format);
/* The same, with its pixels; *@pitch bytes a row. */
uint32_t kms_fb_mapped(int file, uint32_t width, uint32_t height,
		       uint32_t format, void **pixels, uint32_t *pitch);
/* One of the mode's size, XRGB8888. */
uint32_t kms_screen(int file);
int kms_remove_fb(int file, uint32_t fb);
/* The legacy call; @fb 0: off. */
int kms_set_crtc(int file, uint32_t fb);
/* The display shows a screen, or the check gives up; the framebuffer. */
uint32_t kms_light(int file);
/* Which framebuffer a plane shows, on which CRTC. */
const char *kms_plane_state(int file, uint32_t plane);
/* Whether the CRTC is on, with which framebuffer, in which mode. */
const char *kms_crtc_state(int file);

/* kms_paint.c: pictures that can be told apart */

#define KMS_SMALL_WIDTH	 160u
#define KMS_SMALL_HEIGHT 120u

/* A framebuffer with nearly all values there are. */
uint32_t kms_painted(int file, uint32_t format, uint32_t width,
		     uint32_t height);
/* A blob of a mode of that size, at 60 Hz. */
uint32_t kms_small_mode(int file);

/* kms_request.c: an atomic request */

struct request {
	uint32_t objects[64], counts[64], props[256];
	uint64_t values[256];
	unsigned int nr_objects, nr_props;
};

/* Objects must come one after the other. */
void request_add_id(struct request *request, uint32_t object, uint32_t property,
		    uint64_t value);
void request_add(struct request *request, uint32_t object, const char *property,
		 uint64_t value);
/* The plane shows all of @fb at @x, @y; with @fb 0 nothing. */
void request_plane(struct request *request, uint32_t plane, uint32_t fb, int x,
		   int y, unsigned int width, unsigned int height);
/* All that turns the display on, showing @fb on the primary plane. */
void request_on(struct request *request, int file, uint32_t fb);
void request_off(struct request *request);
int request_commit(int file, const struct request *request, uint32_t flags,
		   uint64_t user_data);
uint32_t kms_blob(int file, const void *data, uint32_t length);

/* kms_wait.c: events */

struct kms_event {
	uint32_t type, crtc; /* a CRTC's id; 0: it says none */
	uint64_t user_data, sequence, ns;
};

#define KMS_EVENTS 256

/* Waits at most @ms for the first, then reads all that are there. */
unsigned int kms_read_events(int file, struct kms_event *events, int ms);
/* Reads one read()'s worth and prints it: types, user data, CRTCs. What is
 * the first of them goes to @first, if that is not NULL. */
void kms_show_events(const char *what, int file, int ms,
		     struct kms_event *first);
/* Reads and drops what comes in @ms. */
void kms_drop_events(int file, int ms);
bool kms_readable(int file, int ms);
uint64_t kms_now_ns(void);

#define POINTER(pointer) ((uint64_t)(uintptr_t)(pointer))

#endif
