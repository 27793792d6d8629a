/* SPDX-License-Identifier: MIT */
/* Pages, and the area a program wants to have mapped. */
#ifndef UPRIME_LINUX_MM_H
#define UPRIME_LINUX_MM_H

#include <linux/kernel.h>

struct file;

/**
 * struct page - one page of memory that can be shared
 *
 * The pages of one file stand in a row in memory, and their frame numbers
 * follow each other; frames of two files never do.
 */
struct page {
	unsigned long pfn;    /* page frame number: bus address >> PAGE_SHIFT */
	struct file *mapping; /* the file whose page this is */
};

static inline unsigned long page_to_pfn(const struct page *page)
{
	return page->pfn;
}

static inline phys_addr_t page_to_phys(const struct page *page)
{
	return (phys_addr_t)page->pfn << PAGE_SHIFT;
}

/* The n-th page behind this one in the same file. */
static inline struct page *nth_page(struct page *page, unsigned long n)
{
	return page + n;
}

/**
 * page_address() - a page's memory in this process
 * @page: the page
 *
 * Return: the address of its first byte, valid as long as its file; or NULL
 * when the file cannot be mapped.
 */
EXPORT_SYMBOL void *page_address(struct page *page);

#define VM_READ   0x1u
#define VM_WRITE  0x2u
#define VM_SHARED 0x8u

/**
 * struct vm_area_struct - an mmap under way
 *
 * The caller fills in the first three and puts vm_file afterwards; a driver's
 * mmap callback names the memory by setting vm_file, with a reference, and
 * vm_pgoff.
 */
struct vm_area_struct {
	unsigned long vm_pages; /* length */
	unsigned long vm_pgoff; /* in: offset asked for; out: in vm_file */
	unsigned long vm_flags; /* VM_* */
	struct file *vm_file;   /* out, owned by the caller */
};

static inline unsigned long vma_pages(const struct vm_area_struct *vma)
{
	return vma->vm_pages;
}

#endif
