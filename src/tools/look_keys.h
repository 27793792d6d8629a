/* SPDX-License-Identifier: MIT */
/* Keys as viewers and as Linux call them. */
#ifndef UPRIME_TOOLS_LOOK_KEYS_H
#define UPRIME_TOOLS_LOOK_KEYS_H

#include <stdint.h>

/**
 * key_of() - the key of a US keyboard which has a symbol
 * @keysym: the symbol, as X11 numbers them, of the key alone or with Shift
 *
 * Return: KEY_*; KEY_RESERVED: there is none.
 */
uint16_t key_of(uint32_t keysym);

#endif
