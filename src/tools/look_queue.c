/* SPDX-License-Identifier: MIT */
/**
 * DOC: pictures on their way to be written
 *
 * Whoever looks on puts pictures in and goes on; threads take them out in the
 * same order and write them. The queue is bounded by memory. Once something
 * could not be written, nothing is any more.
 */
#include <errno.h>
#include <stdlib.h>

#include "look.h"

/* Most bytes in a queue, beside one picture. */
#define QUEUE_MAX ((size_t)256 << 20)

static size_t picture_size(const struct picture *picture)
{
	return (size_t)picture->info.stride * picture->info.height;
}

/* The next picture, now the caller's; NULL: there will be none. */
static struct picture *take(struct queue *queue)
{
	struct picture *picture;

	pthread_mutex_lock(&queue->lock);
	while (!queue->first && !queue->closing) {
		pthread_cond_wait(&queue->changed, &queue->lock);
	}
	picture = queue->first;
	if (picture) {
		queue->first = picture->next;
		if (!queue->first) {
			queue->last = &queue->first;
		}
	}
	pthread_mutex_unlock(&queue->lock);
	return picture;
}

static void *write_pictures(void *data)
{
	struct queue *queue = data;
	struct picture *picture;
	int ret;

	look_give_way();
	while ((picture = take(queue))) {
		pthread_mutex_lock(&queue->lock);
		ret = queue->error;
		pthread_mutex_unlock(&queue->lock);
		if (!ret) {
			ret = queue->write(queue->data, picture);
		}
		pthread_mutex_lock(&queue->lock);
		queue->size -= picture_size(picture);
		if (!queue->error) {
			queue->error = ret;
		}
		pthread_mutex_unlock(&queue->lock);
		free(picture);
	}
	return NULL;
}

int queue_open(struct queue *queue, unsigned int nr_threads,
	       int (*write)(void *data, const struct picture *picture),
	       void *data)
{
	*queue = (struct queue){.write = write, .data = data};
	queue->last = &queue->first;
	pthread_mutex_init(&queue->lock, NULL);
	pthread_cond_init(&queue->changed, NULL);
	while (queue->nr_threads < nr_threads && queue->nr_threads < 8) {
		int err = pthread_create(&queue->threads[queue->nr_threads],
					 NULL, write_pictures, queue);

		if (err) {
			queue_close(queue);
			return -err;
		}
		queue->nr_threads++;
	}
	return 0;
}

bool queue_has_room(struct queue *queue, size_t size)
{
	bool has;

	pthread_mutex_lock(&queue->lock);
	has = !queue->size || queue->size + size <= QUEUE_MAX;
	pthread_mutex_unlock(&queue->lock);
	return has;
}

void queue_put(struct queue *queue, struct picture *picture)
{
	pthread_mutex_lock(&queue->lock);
	picture->next = NULL;
	*queue->last = picture;
	queue->last = &picture->next;
	queue->size += picture_size(picture);
	pthread_cond_signal(&queue->changed);
	pthread_mutex_unlock(&queue->lock);
}

int queue_close(struct queue *queue)
{
	pthread_mutex_lock(&queue->lock);
	queue->closing = true;
	pthread_cond_broadcast(&queue->changed);
	pthread_mutex_unlock(&queue->lock);
	for (unsigned int i = 0; i < queue->nr_threads; i++) {
		pthread_join(queue->threads[i], NULL);
	}
	pthread_cond_destroy(&queue->changed);
	pthread_mutex_destroy(&queue->lock);
	return queue->error;
}
