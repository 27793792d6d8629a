/* SPDX-License-Identifier: MIT */
/**
 * DOC: the wire between a program and the server
 *
 * A connection is an AF_UNIX SOCK_SEQPACKET socket on the session's socket
 * ($UPRIME_SESSION/socket). One request is under way on it at a time: the
 * client sends a request packet, the server answers with a reply packet; in
 * between the server may ask the client for pieces of its memory or for one
 * of its file descriptors (the WIRE_ASK_* packets), and the client answers
 * each before anything else happens on that connection. Whoever breaks this
 * order is disconnected.
 *
 * While it waits for the reply the client may send a WIRE_CANCEL packet, when a
 * signal handler has run: the server then ends the request, with -EINTR, if it
 * is waiting for something. A cancel is not answered, and one that comes too
 * late means nothing.
 *
 * Fds of devices, sync files and their like are named by their socket cookie
 * (SO_COOKIE): a number the kernel never uses twice. The first request on a
 * connection which names a cookie carries the fd itself (SCM_RIGHTS,
 * WIRE_F_FD): that is the proof that it was handed to this process. Later ones
 * need only the number.
 *
 * All integers are in host order: both ends are on one machine.
 */
#ifndef UPRIME_WIRE_H
#define UPRIME_WIRE_H

#include <stdint.h>

#define WIRE_VERSION 4
/* Most bytes of user memory in one packet; longer copies go in pieces. */
#define WIRE_CHUNK 32768
/* Major number of the device nodes, in wire_open.rdev and wire_ident.rdev. */
#define DRM_MAJOR 226
/* The same for input devices; the minor number of event0. */
#define INPUT_MAJOR 13
#define INPUT_FIRST_MINOR 64
/* Most fd hints in a hello reply. */
#define WIRE_HINTS_MAX 64
/* Name of the socket inside the session's directory. */
#define WIRE_SOCKET "socket"
/* The environment variable which holds the session's directory. */
#define WIRE_ENV_SESSION "UPRIME_SESSION"

enum wire_op {
	/* client -> server */
	WIRE_HELLO = 1, /* wire_hello; reply data: wire_hello_reply */
	WIRE_OPEN,      /* wire_open; reply fd: the device fd */
	WIRE_IDENT,     /* fd attached; reply data: wire_ident */
	WIRE_IOCTL,     /* wire_ioctl + argument bytes; reply data: argument */
	WIRE_MMAP,      /* wire_mmap; reply fd: memory, data: wire_mmap_reply */
	WIRE_DMABUF_IOCTL, /* as WIRE_IOCTL on a dma-buf fd (attached) */
	WIRE_LS,        /* reply data: JSON text, in packets while `more` is set */
	WIRE_GOT,       /* answer to a WIRE_ASK_* packet: wire_got (+ bytes) */
	WIRE_CANCEL,    /* a wire_hdr; no reply */
	WIRE_POLL,      /* a wire_hdr, dma-buf attached; reply fds: a socket
	                   that polls as the dma-buf, and a leash: closing that
	                   one ends it, and it polls readable once the dma-buf
	                   is gone */
	WIRE_HOLD,      /* wire_hold, dma-buf attached: the program was told
	                   that it has to wait */
	WIRE_OPEN_PATH, /* wire_open_path; reply fd: what it names; -ENOENT: not
	                   ours */
	WIRE_LEDGER,    /* wire_ledger; reply fd: memory, a struct ledger */
	WIRE_WRITE_PATH, /* wire_write_path; returns what write(2) does */
	WIRE_PLUG,      /* wire_plug; -ENODEV: no such device, -ENXIO: no
	                   such display, -EINVAL: it cannot have the modes */
	WIRE_SEAT,      /* a wire_hdr; reply fd: a socket that speaks as
	                   weston-launch; -ENODEV: there is no seat */
	WIRE_VIEWS,     /* a wire_hdr; reply data: a wire_view of each display */
	WIRE_LOOK,      /* wire_look: wait for something new; reply data: u64, a
	                   bit for each display that shows another picture or
	                   went off; -ESHUTDOWN: the session is over, the last
	                   pictures can still be had */
	WIRE_FRAME,     /* wire_frame; reply data: wire_frame_reply; reply fd:
	                   memory of this and later pictures, where it is
	                   another than before */
	WIRE_INPUT,     /* wire_input: somebody types or points; -ENODEV: no
	                   device of the session has such an event */

	/* server -> client */
	WIRE_REPLY = 64,  /* ends the request */
	WIRE_ASK_COPY_FROM, /* wire_ask: send len bytes from addr */
	WIRE_ASK_COPY_TO,   /* wire_ask, then a second packet with the bytes */
	WIRE_ASK_FD,        /* wire_ask: attach the fd with number addr */
	WIRE_ASK_INSTALL,   /* wire_ask + fd: keep it, answer its number;
	                       addr != 0: close-on-exec */
};

/* wire_hdr.flags */
#define WIRE_F_FD        (1u << 0) /* the device or dma-buf fd is attached */
#define WIRE_F_FD_ARG    (1u << 1) /* the fd a hint names is attached (last) */
#define WIRE_F_ARG_FAULT (1u << 2) /* the argument could not be read */
#define WIRE_F_CLOEXEC   (1u << 3) /* reply: install the fd close-on-exec */
#define WIRE_F_FOREIGN   (1u << 4) /* reply: this fd is none of ours */
#define WIRE_F_PATCH_FD  (1u << 5) /* reply: store the fd's number at fd_off */
#define WIRE_F_CROWDED   (1u << 6) /* reply: wait asleep for the next one */

struct wire_hdr {
	uint32_t op;    /* enum wire_op */
	uint16_t flags; /* WIRE_F_* */
	uint16_t cpu;   /* where the sender runs: see spin.h */
};

struct wire_hello {
	struct wire_hdr hdr;
	uint32_t version; /* WIRE_VERSION */
	uint32_t pad;
};

/* For ioctls of this type and number, the u32 at `offset` of the argument is
 * an fd of the caller: attach it to the request if it is open. */
struct wire_hint {
	uint8_t type;
	uint8_t nr;
	uint16_t offset;
};

struct wire_hello_reply {
	uint32_t version;
	uint32_t has_events; /* devices have events to be read */
	uint32_t nr_hints;
	struct wire_hint hints[WIRE_HINTS_MAX];
};

struct wire_open {
	struct wire_hdr hdr;
	uint64_t rdev;  /* st_rdev of the node */
	uint32_t flags; /* open(2) flags */
	uint32_t pad;
};

/* Longest path of what the server opens, with its end. */
#define WIRE_PATH_MAX 128

/* What is no node but opened by the server: /sys/kernel/debug/dri/0/name. */
struct wire_open_path {
	struct wire_hdr hdr;
	uint32_t flags; /* open(2) flags */
	uint32_t pad;
	char path[WIRE_PATH_MAX]; /* absolute, without "." and ".." */
};

/* Most bytes that are written to such a path at once. */
#define WIRE_WRITE_MAX 64

struct wire_write_path {
	struct wire_hdr hdr;
	uint32_t size; /* bytes of data */
	uint32_t pad;
	char path[WIRE_PATH_MAX]; /* as in wire_open_path */
	char data[WIRE_WRITE_MAX];
};

/* Most modes that are given to a display. */
#define WIRE_MODES_MAX 8

struct wire_mode {
	uint32_t width, height;
	uint32_t refresh_mhz; /* 60000: 60 Hz */
};

/* Plug a display in, or pull it out. */
struct wire_plug {
	struct wire_hdr hdr;
	char device[32]; /* "vkms", "card0" or "/dev/dri/card0"; "": the first
	                    which has such a display */
	char connector[32]; /* "Virtual-1" or "card0-Virtual-1" */
	uint32_t plug;      /* in */
	uint32_t nr_modes;  /* 0: those that it had */
	struct wire_mode modes[WIRE_MODES_MAX];
};

enum wire_kind {
	WIRE_KIND_FOREIGN,
	WIRE_KIND_DEVICE,
	WIRE_KIND_DMABUF,
	WIRE_KIND_ANON, /* a sync file or the like: neither rdev nor ino */
};

/* Reply to WIRE_IDENT. */
struct wire_ident {
	uint32_t kind; /* enum wire_kind */
	uint32_t always_ready; /* else: it cannot be waited for, as what has no
	                          poll in the kernel */
	uint32_t reads_packets; /* read(2) takes one of those that were sent */
	uint32_t reserved;
	uint64_t rdev; /* device: st_rdev of its node */
	uint64_t ino;  /* device: st_ino of its node; dma-buf: its inode */
	char name[64]; /* device: path of its node, "/dev/dri/card0";
	                  dma-buf: its name as set by SET_NAME, or "";
	                  else its kind, "sync_file" */
};

/* The argument's bytes follow when the command's direction has _IOC_WRITE. */
struct wire_ioctl {
	struct wire_hdr hdr;
	uint64_t cookie; /* of the fd; 0 for a dma-buf */
	uint64_t arg;    /* the third parameter of ioctl(2), as given */
	uint32_t cmd;
	uint32_t size;   /* bytes that follow */
};

struct wire_mmap {
	struct wire_hdr hdr;
	uint64_t cookie;
	uint64_t length; /* bytes */
	uint64_t offset; /* bytes */
	uint32_t prot;   /* PROT_* */
	uint32_t flags;  /* MAP_* */
};

struct wire_mmap_reply {
	uint64_t offset; /* in the attached memory, bytes */
};

struct wire_ledger {
	struct wire_hdr hdr;
	uint64_t cookie; /* of the device */
};

/* Most displays one can look at in a session. */
#define WIRE_VIEWS_MAX 64
#define WIRE_VIEW_NAME 64

/* A display that can be looked at. It is named by its place in the list. */
struct wire_view {
	char name[WIRE_VIEW_NAME]; /* as in sysfs: "card0-Virtual-1" */
};

struct wire_look {
	struct wire_hdr hdr;
	int32_t timeout_ms; /* then: nothing is new; -1: never */
	uint32_t pad;
	uint64_t displays;  /* bits: only these; 0: the session's end only */
};

struct wire_frame {
	struct wire_hdr hdr;
	uint32_t display;
	uint32_t pad;
};

/* Of a struct uprime_frame. */
struct wire_frame_reply {
	uint32_t width;
	uint32_t height;
	uint32_t stride;
	uint32_t refresh_mhz;
	uint32_t on;
	uint32_t pad;
	uint64_t sequence;
	int64_t time_ns;
	uint64_t size; /* bytes of the memory */
};

/* As struct input_event of <linux/input.h>, without the time. */
struct wire_input_event {
	uint16_t type;
	uint16_t code;
	int32_t value;
};

#define WIRE_INPUT_MAX 16

struct wire_input {
	struct wire_hdr hdr;
	uint32_t nr; /* at most WIRE_INPUT_MAX */
	uint32_t pad;
	struct wire_input_event events[WIRE_INPUT_MAX];
};

struct wire_hold {
	struct wire_hdr hdr;
	uint32_t events; /* EPOLLIN, EPOLLOUT: for what */
	uint32_t pad;
};

/* Server asks. For COPY_FROM and COPY_TO len <= WIRE_CHUNK. */
struct wire_ask {
	struct wire_hdr hdr;
	uint64_t addr;
	uint64_t len;
};

/* Client answers; ret is 0, an fd number or -errno; bytes follow COPY_FROM. */
struct wire_got {
	struct wire_hdr hdr;
	int32_t ret;
	uint32_t pad;
};

/* Data follows: `size` bytes of the argument for ioctls (to be stored at arg,
 * whatever ret is), of the named struct for others. */
struct wire_reply {
	struct wire_hdr hdr;
	int32_t ret;   /* value to return, or -errno */
	uint32_t size; /* bytes that follow */
	uint32_t fd_off; /* WIRE_F_PATCH_FD: offset in the argument */
	uint32_t more; /* WIRE_LS: another reply packet follows */
};

#endif
