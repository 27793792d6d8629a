/* SPDX-License-Identifier: MIT */
/* Bus addresses for memory. There is no IOMMU: a page's bus address is its
 * frame number, the same for every device that reaches it. */
#ifndef UPRIME_LINUX_DMA_MAPPING_H
#define UPRIME_LINUX_DMA_MAPPING_H

#include <linux/device.h>
#include <linux/dma-direction.h>
#include <linux/scatterlist.h>

/**
 * dma_get_max_seg_size() - a device's longest segment
 * @dev: the device
 *
 * Return: bytes, a multiple of the page size.
 */
static inline unsigned int dma_get_max_seg_size(const struct device *dev)
{
	if (!dev->max_segment_size) {
		return SCATTERLIST_MAX_SEGMENT;
	}
	return dev->max_segment_size & PAGE_MASK;
}

/**
 * dma_map_sg() - give every entry of a list its bus address
 * @dev: the device which will use them
 * @sg: the entries; those without a page have their address already
 * @nents: how many
 * @dir: direction of the transfers, not DMA_NONE
 *
 * Return: number of entries mapped, which is @nents; 0 if @dev does not reach
 * one of them.
 */
EXPORT_SYMBOL int dma_map_sg(struct device *dev, struct scatterlist *sg,
			     int nents, enum dma_data_direction dir);

/**
 * dma_unmap_sg() - end dma_map_sg()
 * @dev: the device
 * @sg: the entries
 * @nents: how many were given to dma_map_sg()
 * @dir: as given to dma_map_sg()
 */
EXPORT_SYMBOL void dma_unmap_sg(struct device *dev, struct scatterlist *sg,
				int nents, enum dma_data_direction dir);

#endif
