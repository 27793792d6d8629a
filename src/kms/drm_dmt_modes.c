/* SPDX-License-Identifier: MIT */
/* The timings of VESA's standard (Display Monitor Timings 1.0 rev. 13) which a
 * display that says nothing of itself is offered: those of 56 to 61 Hz that are
 * not interlaced. */
#include <linux/err.h>

#include "internal.h"

enum sync {
	PP, /* horizontal and vertical sync: positive or negative */
	PN,
	NP,
	NN,
};

static const u32 sync_flags[] = {
	[PP] = DRM_MODE_FLAG_PHSYNC | DRM_MODE_FLAG_PVSYNC,
	[PN] = DRM_MODE_FLAG_PHSYNC | DRM_MODE_FLAG_NVSYNC,
	[NP] = DRM_MODE_FLAG_NHSYNC | DRM_MODE_FLAG_PVSYNC,
	[NN] = DRM_MODE_FLAG_NHSYNC | DRM_MODE_FLAG_NVSYNC,
};

/* kHz; pixels: shown, sync's start and end, all; lines: the same; polarity */
static const struct timing {
	int clock;
	u16 h, h_start, h_end, h_total;
	u16 v, v_start, v_end, v_total;
	enum sync sync;
} timings[] = {
	{25175, 640, 656, 752, 800, 480, 490, 492, 525, NN},
	{36000, 800, 824, 896, 1024, 600, 601, 603, 625, PP},
	{40000, 800, 840, 968, 1056, 600, 601, 605, 628, PP},
	{33750, 848, 864, 976, 1088, 480, 486, 494, 517, PP},
	{65000, 1024, 1048, 1184, 1344, 768, 771, 777, 806, NN},
	{74250, 1280, 1390, 1430, 1650, 720, 725, 730, 750, PP},
	{68250, 1280, 1328, 1360, 1440, 768, 771, 778, 790, PN},
	{79500, 1280, 1344, 1472, 1664, 768, 771, 778, 798, NP},
	{71000, 1280, 1328, 1360, 1440, 800, 803, 809, 823, PN},
	{83500, 1280, 1352, 1480, 1680, 800, 803, 809, 831, NP},
	{108000, 1280, 1376, 1488, 1800, 960, 961, 964, 1000, PP},
	{108000, 1280, 1328, 1440, 1688, 1024, 1025, 1028, 1066, PP},
	{85500, 1360, 1424, 1536, 1792, 768, 771, 777, 795, PP},
	{85500, 1366, 1436, 1579, 1792, 768, 771, 774, 798, PP},
	{72000, 1366, 1380, 1436, 1500, 768, 769, 772, 800, PP},
	{101000, 1400, 1448, 1480, 1560, 1050, 1053, 1057, 1080, PN},
	{121750, 1400, 1488, 1632, 1864, 1050, 1053, 1057, 1089, NP},
	{88750, 1440, 1488, 1520, 1600, 900, 903, 909, 926, PN},
	{106500, 1440, 1520, 1672, 1904, 900, 903, 909, 934, NP},
	{108000, 1600, 1624, 1704, 1800, 900, 901, 904, 1000, PP},
	{162000, 1600, 1664, 1856, 2160, 1200, 1201, 1204, 1250, PP},
	{119000, 1680, 1728, 1760, 1840, 1050, 1053, 1059, 1080, PN},
	{146250, 1680, 1784, 1960, 2240, 1050, 1053, 1059, 1089, NP},
	{204750, 1792, 1920, 2120, 2448, 1344, 1345, 1348, 1394, NP},
	{218250, 1856, 1952, 2176, 2528, 1392, 1393, 1396, 1439, NP},
	{148500, 1920, 2008, 2052, 2200, 1080, 1084, 1089, 1125, NN},
	{154000, 1920, 1968, 2000, 2080, 1200, 1203, 1209, 1235, PN},
	{193250, 1920, 2056, 2256, 2592, 1200, 1203, 1209, 1245, NP},
	{234000, 1920, 2048, 2256, 2600, 1440, 1441, 1444, 1500, NP},
	{162000, 2048, 2074, 2154, 2250, 1152, 1153, 1156, 1200, PP},
	{268500, 2560, 2608, 2640, 2720, 1600, 1603, 1609, 1646, PN},
	{348500, 2560, 2752, 3032, 3504, 1600, 1603, 1609, 1658, NP},
	{556744, 4096, 4104, 4136, 4176, 2160, 2208, 2216, 2222, PN},
	{556188, 4096, 4104, 4136, 4176, 2160, 2208, 2216, 2222, PN},
};

static void set_timing(struct drm_display_mode *mode,
		       const struct timing *timing)
{
	mode->type = DRM_MODE_TYPE_DRIVER;
	mode->clock = timing->clock;
	mode->hdisplay = timing->h;
	mode->hsync_start = timing->h_start;
	mode->hsync_end = timing->h_end;
	mode->htotal = timing->h_total;
	mode->vdisplay = timing->v;
	mode->vsync_start = timing->v_start;
	mode->vsync_end = timing->v_end;
	mode->vtotal = timing->v_total;
	mode->flags = sync_flags[timing->sync];
	drm_mode_set_name(mode);
}

int drm_add_modes_noedid(struct drm_connector *connector, int hdisplay,
			 int vdisplay)
{
	bool limited = hdisplay > 0 && vdisplay > 0;
	int count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(timings); i++) {
		struct drm_display_mode *mode;

		if (limited &&
		    (timings[i].h > hdisplay || timings[i].v > vdisplay)) {
			continue;
		}
		mode = drm_mode_create(connector->dev);
		if (!mode) {
			continue;
		}
		set_timing(mode, &timings[i]);
		drm_mode_probed_add(connector, mode);
		count++;
	}
	return count;
}
