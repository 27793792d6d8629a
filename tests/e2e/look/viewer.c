/* SPDX-License-Identifier: MIT */
/*
 * viewer PORT COMMAND...: a VNC viewer, which does one after the other:
 *
 *   until FILE     wait until the picture is the one in FILE (words of
 *                  XRGB8888), for 10 s; if it is not, write it to FILE.got
 *   key KEYSYM     press a key and let it go
 *   press KEYSYM   press it, and hold it until the end
 *   point X Y B    move the pointer, with these buttons down
 *
 * Its password is PASSWORD, if it is asked for one.
 */
#include <rfb/rfbclient.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static rfbBool resize(rfbClient *client)
{
	free(client->frameBuffer);
	client->frameBuffer = calloc((size_t)client->width * client->height, 4);
	return client->frameBuffer != NULL;
}

static char *password(rfbClient *client)
{
	const char *text = getenv("PASSWORD");

	(void)client;
	return strdup(text ? text : "");
}

static rfbClient *connect_to(int port)
{
	rfbClient *client = rfbGetClient(8, 3, 4);

	if (!client) {
		return NULL;
	}
	client->format.redShift = 16;
	client->format.greenShift = 8;
	client->format.blueShift = 0;
	client->appData.encodingsString = "raw";
	client->MallocFrameBuffer = resize;
	client->GetPassword = password;
	client->canHandleNewFBSize = TRUE;
	free(client->serverHost);
	client->serverHost = strdup("127.0.0.1");
	client->serverPort = port;
	/* Frees the client if it fails. */
	return rfbInitClient(client, NULL, NULL) ? client : NULL;
}

/* Handle what comes within so many ms. */
static bool listen_for(rfbClient *client, unsigned int ms)
{
	int got = WaitForMessage(client, ms * 1000);

	return got >= 0 && (!got || HandleRFBServerMessage(client));
}

static size_t size_of(const rfbClient *client)
{
	return (size_t)client->width * client->height;
}

static void write_picture(const rfbClient *client, const char *name)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s.got", name);
	file = fopen(path, "wb");
	if (file) {
		fwrite(client->frameBuffer, 4, size_of(client), file);
		fclose(file);
	}
}

static bool is_picture(const rfbClient *client, const uint32_t *wanted,
		       size_t nr)
{
	const uint32_t *pixels = (const void *)client->frameBuffer;

	if (nr != size_of(client)) {
		return false;
	}
	for (size_t i = 0; i < nr; i++) {
		if ((pixels[i] ^ wanted[i]) & 0xffffff) {
			return false;
		}
	}
	return true;
}

static bool until(rfbClient *client, const char *name)
{
	static uint32_t wanted[4096 * 2160];
	FILE *file = fopen(name, "rb");
	time_t end = time(NULL) + 10;
	size_t nr;

	if (!file) {
		return false;
	}
	nr = fread(wanted, sizeof(*wanted), 4096 * 2160, file);
	fclose(file);
	while (!is_picture(client, wanted, nr)) {
		if (time(NULL) > end || !listen_for(client, 100)) {
			write_picture(client, name);
			return false;
		}
	}
	return true;
}

static bool key(rfbClient *client, const char *keysym)
{
	unsigned int number = (unsigned int)strtoul(keysym, NULL, 0);

	return SendKeyEvent(client, number, TRUE) &&
	       SendKeyEvent(client, number, FALSE);
}

static bool carry_out(rfbClient *client, char **argv, int *used)
{
	*used = 2;
	if (!strcmp(argv[0], "until")) {
		return until(client, argv[1]);
	}
	if (!strcmp(argv[0], "key")) {
		return key(client, argv[1]);
	}
	if (!strcmp(argv[0], "press")) {
		return SendKeyEvent(client, (uint32_t)strtoul(argv[1], NULL, 0),
				    TRUE);
	}
	*used = 4;
	return !strcmp(argv[0], "point") &&
	       SendPointerEvent(client, atoi(argv[1]), atoi(argv[2]),
				atoi(argv[3]));
}

int main(int argc, char **argv)
{
	rfbClient *client;
	int used;

	rfbEnableClientLogging = FALSE;
	client = argc > 2 ? connect_to(atoi(argv[1])) : NULL;
	if (!client) {
		return 1;
	}
	for (int i = 2; i < argc; i += used) {
		if (!carry_out(client, argv + i, &used)) {
			fprintf(stderr, "%s failed\n", argv[i]);
			return 1;
		}
	}
	/* What was sent is read before we are gone. */
	for (int i = 0; i < 10 && listen_for(client, 0); i++) {
		usleep(20000);
	}
	free(client->frameBuffer);
	client->frameBuffer = NULL;
	rfbClientCleanup(client);
	return 0;
}
