/* SPDX-License-Identifier: MIT */
/* The commands, and what they share. */
#ifndef UPRIME_TOOLS_TOOLS_H
#define UPRIME_TOOLS_TOOLS_H

#include <sys/types.h>

struct server_config;
struct server_device_config;
struct uprime_mode_options;
struct program;
struct lookers;

/* Each command gets its name as argv[0] and returns the exit status. */
int run_command(int argc, char **argv);
int ls_command(int argc, char **argv);
int bench_command(int argc, char **argv);
int display_command(int argc, char **argv);
int check_command(int argc, char **argv);
/* look_command - of uprime-look: "screenshot" and "view" */
int look_command(int argc, char **argv);

/* device.c */

/* device_parse - read "vgem,syncobj,name=NAME". Returns 0; -EINVAL, -ENOMEM, and
 * it was said. */
int device_parse(const char *text, struct server_device_config *device);

/* mode.c */

/* mode_parse - read "1920x1080@59.94". Returns 0; -EINVAL, and it was said. */
int mode_parse(const char *text, struct uprime_mode_options *mode);
/* look_command.c */

/* look_program - the path of uprime-look, the caller's to free(); NULL, and it
 * was said */
char *look_program(void);

/* front.c */

/* front_host - start a server with the session and wait for its program, and
 * for who looks on. The lock on config->base passes to the server, and so do
 * the lookers' sockets. Returns the exit status, or ends by the program's
 * signal. */
int front_host(struct server_config *config, struct lookers *lookers);

/* front_join - start a program in the session of this process' environment and
 * wait for it. Returns as front_host(). */
int front_join(const struct program *program, struct lookers *lookers);

/* talk.c */

/* talk_hello - greet a server: 0; -errno */
int talk_hello(int sock);

/* talk_ls - ask a greeted server for its JSON text, the caller's to free();
 * NULL: no answer */
char *talk_ls(int sock);

struct wire_plug;

/* talk_plug - ask a greeted server for a change of a display: 0; -errno */
int talk_plug(int sock, const struct wire_plug *request);

/* table.c */

struct json_object;

/* table_print - the sessions, as ls_json() in the server describes them, for
 * people. Returns 0; -ENOMEM. */
int table_print(struct json_object *sessions);

/* table_displays - the displays of devices, for people. Returns 0; -ENOMEM. */
int table_displays(struct json_object *devices);

#endif
