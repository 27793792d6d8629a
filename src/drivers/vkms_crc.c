/* SPDX-License-Identifier: MIT */
/**
 * DOC: vkms' checksums
 *
 * Of each vblank's picture, while a program wants them: a CRC-32 of its lines
 * as they are composed, one after the other, begun with 0 and not inverted. The
 * vblank notes which picture it was, the output's workqueue does the rest. One
 * that was not done yet when the next vblank comes stands for that as well.
 */
#include <linux/slab.h>
#include <pthread.h>
#include <string.h>

#include "vkms.h"

#define POLYNOMIAL 0xedb88320u
#define BYTES	   8 /* that are done at once */

static const char *const sources[] = {"auto"};

/**
 * struct vkms_crc - a picture whose checksum is wanted
 */
struct vkms_crc {
	struct list_head node;	      /* vkms_output.crcs; output->lock */
	struct vkms_picture *picture; /* referenced */
	u64 first, last; /* vblanks which have shown it; output->lock */
};

static u32 table[BYTES][256];
static pthread_once_t table_once = PTHREAD_ONCE_INIT;

static void make_table(void)
{
	for (u32 i = 0; i < 256; i++) {
		u32 crc = i;

		for (int bit = 0; bit < 8; bit++) {
			crc = crc >> 1 ^ (crc & 1 ? POLYNOMIAL : 0);
		}
		table[0][i] = crc;
	}
	for (int k = 1; k < BYTES; k++) {
		for (u32 i = 0; i < 256; i++) {
			u32 crc = table[k - 1][i];

			table[k][i] = crc >> 8 ^ table[0][crc & 0xff];
		}
	}
}

/**
 * struct sum - a checksum that is being made
 */
struct sum {
	u32 crc;
	u32 width;
};

static void add_line(void *data, u32 y, const struct vkms_pixel *pixels)
{
	struct sum *sum = data;
	u32 crc = sum->crc;

	(void)y;
	_Static_assert(sizeof(*pixels) == BYTES, "a step of the table");
	for (u32 x = 0; x < sum->width; x++) {
		u32 low, high;

		memcpy(&low, &pixels[x], sizeof(low));
		memcpy(&high, (const u8 *)&pixels[x] + sizeof(low),
		       sizeof(high));
		low ^= crc;
		crc = table[7][low & 0xff] ^ table[6][low >> 8 & 0xff] ^
		      table[5][low >> 16 & 0xff] ^ table[4][low >> 24] ^
		      table[3][high & 0xff] ^ table[2][high >> 8 & 0xff] ^
		      table[1][high >> 16 & 0xff] ^ table[0][high >> 24];
	}
	sum->crc = crc;
}

static struct vkms_crc *next_crc(struct vkms_output *output)
{
	struct vkms_crc *crc = NULL;

	spin_lock(&output->lock);
	if (!list_empty(&output->crcs)) {
		crc = list_first_entry(&output->crcs, struct vkms_crc, node);
		list_del_init(&crc->node);
	}
	spin_unlock(&output->lock);
	return crc;
}

static void free_crc(struct vkms_crc *crc)
{
	vkms_picture_put(crc->picture);
	kfree(crc);
}

static void tell_crcs(struct work_struct *work)
{
	struct vkms_output *output =
		container_of(work, struct vkms_output, crc_work);
	struct vkms_crc *crc;

	while ((crc = next_crc(output))) {
		struct sum sum = {.width = crc->picture->width};

		if (!vkms_compose_lines(crc->picture, add_line, &sum)) {
			for (u64 i = crc->first; i <= crc->last; i++) {
				drm_crtc_add_crc_entry(&output->crtc, (u32)i,
						       sum.crc);
			}
		}
		free_crc(crc);
	}
}

void vkms_crc_vblank(struct vkms_output *output)
{
	u64 count = drm_crtc_vblank_count(&output->crtc);
	struct vkms_crc *crc;

	lockdep_assert_held(&output->lock);
	if (!output->has_crcs || !output->shown) {
		return;
	}
	if (!list_empty(&output->crcs)) {
		crc = list_entry(output->crcs.prev, struct vkms_crc, node);
		if (crc->picture == output->shown) {
			crc->last = count;
			return;
		}
	}
	crc = kzalloc(sizeof(*crc), GFP_KERNEL);
	/* Without memory there is none of this frame. */
	if (crc) {
		crc->picture = vkms_picture_get(output->shown);
		crc->first = count;
		crc->last = count;
		list_add_tail(&crc->node, &output->crcs);
		queue_work(output->workq, &output->crc_work);
	}
}

const char *const *vkms_get_crc_sources(struct drm_crtc *crtc, size_t *count)
{
	(void)crtc;
	*count = ARRAY_SIZE(sources);
	return sources;
}

int vkms_set_crc_source(struct drm_crtc *crtc, const char *source)
{
	struct vkms_output *output = crtc_to_vkms_output(crtc);
	struct vkms_crc *crc;
	bool had_vblank;

	if (source) {
		bool has_vblank = !drm_crtc_vblank_get(crtc);

		pthread_once(&table_once, make_table);
		spin_lock(&output->lock);
		output->has_crcs = true;
		output->crcs_have_vblank = has_vblank;
		spin_unlock(&output->lock);
		return 0;
	}
	spin_lock(&output->lock);
	output->has_crcs = false;
	had_vblank = output->crcs_have_vblank;
	output->crcs_have_vblank = false;
	spin_unlock(&output->lock);
	if (had_vblank) {
		drm_crtc_vblank_put(crtc);
	}
	while ((crc = next_crc(output))) {
		free_crc(crc);
	}
	/* Who is told next is not told of a frame before that. */
	flush_work(&output->crc_work);
	return 0;
}

void vkms_crc_init(struct vkms_output *output)
{
	INIT_LIST_HEAD(&output->crcs);
	INIT_WORK(&output->crc_work, tell_crcs);
}
