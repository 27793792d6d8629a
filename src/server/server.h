/* SPDX-License-Identifier: MIT */
/* Starting a session's server. */
#ifndef UPRIME_SERVER_SERVER_H
#define UPRIME_SERVER_SERVER_H

#include <stdbool.h>
#include <uprime/drivers.h>

#include "program.h"
#include "session.h"

#define SERVER_DEVICES_MAX 16
/* Most that look on from the start: a capture and a live view. */
#define SERVER_LOOKERS_MAX 2

/**
 * struct server_device_config - what a device is to be
 */
struct server_device_config {
	const struct uprime_driver *driver;
	struct uprime_device_options options;
};

/**
 * struct server_config - what a session is to be
 */
struct server_config {
	struct server_device_config devices[SERVER_DEVICES_MAX];
	unsigned int nr_devices;
	const char *name;	   /* of the session; NULL: the server's pid */
	struct session_base *base; /* locked */
	struct program *program;
	const char *preload; /* path of the client */
	/* Sockets of processes that look at the displays: served before PROGRAM
	 * starts. Owned by the server. */
	int lookers[SERVER_LOOKERS_MAX];
	unsigned int nr_lookers;
};

/**
 * struct server_status - what the server tells who started it, once
 */
struct server_status {
	int status; /* as from wait(2) */
	bool over;  /* the session is over: the server exits right away */
};

/**
 * server_device_text() - a device as one asks for it
 * @device: the device
 *
 * Return: "vgem,syncobj,name=NAME", all options in an order of their own, the
 * caller's to free(); NULL: out of memory.
 */
char *server_device_text(const struct server_device_config *device);

/**
 * server_run() - be the server
 * @config: the session; its lock is given up once the session is ready
 * @control: a SOCK_SEQPACKET socket to who started us, taken over: signal
 * numbers for the program come in, a struct server_status goes out
 *
 * For a process of its own with all signals blocked. Returns when the session
 * is over.
 */
void server_run(const struct server_config *config, int control);

#endif
