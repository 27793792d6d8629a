/* SPDX-License-Identifier: MIT */
/**
 * DOC: using a dma-buf
 *
 * What an importer, or the CPU, does with a dma-buf it has a reference to.
 * dma_buf.lock guards the list of attachments and the count of vmaps. The
 * exporter's map, unmap, vmap and vunmap run under it, so that they need no
 * lock of their own against each other.
 */
#include <linux/dma-buf.h>
#include <linux/mm.h>
#include <linux/slab.h>

struct dma_buf_attachment *dma_buf_attach(struct dma_buf *dmabuf,
					  struct device *dev)
{
	struct dma_buf_attachment *attach;
	int ret;

	if (WARN_ON(!dmabuf || !dev)) {
		return ERR_PTR(-EINVAL);
	}
	attach = kzalloc(sizeof(*attach), GFP_KERNEL);
	if (!attach) {
		return ERR_PTR(-ENOMEM);
	}
	attach->dmabuf = dmabuf;
	attach->dev = dev;
	if (dmabuf->ops->attach) {
		ret = dmabuf->ops->attach(dmabuf, attach);
		if (ret) {
			goto err_free;
		}
	}
	mutex_lock(&dmabuf->lock);
	list_add_tail(&attach->node, &dmabuf->attachments);
	mutex_unlock(&dmabuf->lock);
	return attach;

err_free:
	kfree(attach);
	return ERR_PTR(ret);
}

void dma_buf_detach(struct dma_buf *dmabuf, struct dma_buf_attachment *attach)
{
	if (WARN_ON(!dmabuf || !attach)) {
		return;
	}
	mutex_lock(&dmabuf->lock);
	list_del_init(&attach->node);
	mutex_unlock(&dmabuf->lock);
	if (dmabuf->ops->detach) {
		dmabuf->ops->detach(dmabuf, attach);
	}
	kfree(attach);
}

struct sg_table *dma_buf_map_attachment(struct dma_buf_attachment *attach,
					enum dma_data_direction dir)
{
	struct sg_table *sgt;

	if (WARN_ON(!attach || !attach->dmabuf)) {
		return ERR_PTR(-EINVAL);
	}
	mutex_lock(&attach->dmabuf->lock);
	sgt = attach->dmabuf->ops->map_dma_buf(attach, dir);
	mutex_unlock(&attach->dmabuf->lock);
	return sgt ? sgt : ERR_PTR(-ENOMEM);
}

void dma_buf_unmap_attachment(struct dma_buf_attachment *attach,
			      struct sg_table *sgt,
			      enum dma_data_direction dir)
{
	if (WARN_ON(!attach || !attach->dmabuf || !sgt)) {
		return;
	}
	mutex_lock(&attach->dmabuf->lock);
	attach->dmabuf->ops->unmap_dma_buf(attach, sgt, dir);
	mutex_unlock(&attach->dmabuf->lock);
}

int dma_buf_begin_cpu_access(struct dma_buf *dmabuf,
			     enum dma_data_direction dir)
{
	bool write = dir == DMA_TO_DEVICE || dir == DMA_BIDIRECTIONAL;
	s64 ret = 0;

	if (WARN_ON(!dmabuf)) {
		return -EINVAL;
	}
	if (dmabuf->ops->begin_cpu_access) {
		ret = dmabuf->ops->begin_cpu_access(dmabuf, dir);
	}
	if (!ret) {
		ret = dma_resv_wait_timeout(dmabuf->resv,
					    dma_resv_usage_rw(write), true,
					    MAX_SCHEDULE_TIMEOUT);
	}
	return ret < 0 ? (int)ret : 0;
}

int dma_buf_end_cpu_access(struct dma_buf *dmabuf,
			   enum dma_data_direction dir)
{
	if (WARN_ON(!dmabuf)) {
		return -EINVAL;
	}
	return dmabuf->ops->end_cpu_access
		       ? dmabuf->ops->end_cpu_access(dmabuf, dir)
		       : 0;
}

int dma_buf_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma,
		 unsigned long pgoff)
{
	if (WARN_ON(!dmabuf || !vma) || !dmabuf->ops->mmap) {
		return -EINVAL;
	}
	if (pgoff + vma_pages(vma) < pgoff) {
		return -EOVERFLOW;
	}
	if (pgoff + vma_pages(vma) > dmabuf->size >> PAGE_SHIFT) {
		return -EINVAL;
	}
	vma->vm_pgoff = pgoff;
	return dmabuf->ops->mmap(dmabuf, vma);
}

void *dma_buf_vmap(struct dma_buf *dmabuf)
{
	void *vaddr;

	if (WARN_ON(!dmabuf) || !dmabuf->ops->vmap) {
		return NULL;
	}
	mutex_lock(&dmabuf->lock);
	if (!dmabuf->vmapping_counter) {
		vaddr = dmabuf->ops->vmap(dmabuf);
		dmabuf->vmap_ptr = IS_ERR(vaddr) ? NULL : vaddr;
	}
	if (dmabuf->vmap_ptr) {
		dmabuf->vmapping_counter++;
	}
	vaddr = dmabuf->vmap_ptr;
	mutex_unlock(&dmabuf->lock);
	return vaddr;
}

void dma_buf_vunmap(struct dma_buf *dmabuf, void *vaddr)
{
	if (WARN_ON(!dmabuf)) {
		return;
	}
	mutex_lock(&dmabuf->lock);
	if (!WARN_ON(!dmabuf->vmapping_counter ||
		     dmabuf->vmap_ptr != vaddr) &&
	    !--dmabuf->vmapping_counter) {
		dmabuf->vmap_ptr = NULL;
		if (dmabuf->ops->vunmap) {
			dmabuf->ops->vunmap(dmabuf, vaddr);
		}
	}
	mutex_unlock(&dmabuf->lock);
}
