/* SPDX-License-Identifier: MIT */
#ifndef DEMO_SCENE_H
#define DEMO_SCENE_H

/* Fragment shader of the picture; the vertex shader covers the target. */
extern const char scene_vertex_shader[];
extern const char scene_fragment_shader[];

#endif
