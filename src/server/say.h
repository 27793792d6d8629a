/* SPDX-License-Identifier: MIT */
/* What uprime tells people, on stderr. */
#ifndef UPRIME_SERVER_SAY_H
#define UPRIME_SERVER_SAY_H

#include <stdbool.h>

/* Exit statuses for failures of uprime itself and of starting PROGRAM, those
 * of env(1) and timeout(1). */
#define EXIT_UPRIME    125
#define EXIT_NOT_RUN   126
#define EXIT_NOT_FOUND 127

/* say_as - name the command that speaks from now on: "uprime run". @who is
 * not copied. Before any thread is made. */
void say_as(const char *who);

/* say - a sentence for the user: "uprime run: ..." and a newline */
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* debugging - is UPRIME_DEBUG set? */
bool debugging(void);

/* debug - a line for developers, only when debugging() */
void debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
