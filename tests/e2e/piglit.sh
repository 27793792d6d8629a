#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Piglit's programs about EGL, its devices, images and memory objects, on the
# card. Debian's package has none of those for dma-bufs, but for one. What it
# has and what fails or does not apply to this Mesa: docs/programs.md.
. "$(dirname "$0")/tap.sh"

folder=$(dirname "$(dpkg -L piglit 2>/dev/null |
	grep '/bin/egl_ext_device_drm$')")

# passes NAME: in one session with the others, so it has run already
passes()
{
	says '^PIGLIT: {"result": "pass" }' "$tmp/$1.log"
}

programs="egl-blob-cache egl-ext_egl_image_storage egl-gl_oes_egl_image
	egl-invalid-attr egl_ext_device_base egl_ext_device_drm
	egl_ext_device_enumeration egl_ext_device_query
	egl_ext_image_dma_buf_import_modifiers-query egl_ext_platform_device
	egl_khr_get_all_proc_addresses egl_mesa_device_software
	egl_mesa_platform_surfaceless egl_mesa_query_driver
	ext_external_objects-memory-object-api-errors
	ext_external_objects_fd-memory-object-api-errors"
external="texture texelFetch textureProj imageLoad imageStore"

cat >"$tmp/all.sh" <<'EOF'
tmp=$1
shift
for program; do
	timeout 60 "./$program" -auto -fbo >"$tmp/$program.log" 2>&1 </dev/null
done
image=egl_khr_gl_renderbuffer_image-clear-shared-image
"./$image" GL_RGBA -auto -fbo >"$tmp/$image.log" 2>&1 </dev/null
for part in 1 2 3; do
	./egl_ext_client_extensions $part >"$tmp/client_$part.log" 2>&1 \
		</dev/null
done
EOF

# Waffle would open the render node, which makes no dumb buffers.
# shellcheck disable=SC2086 # a list of words
(cd "$folder" && timeout 280 env PIGLIT_PLATFORM=gbm EGL_PLATFORM=surfaceless \
	WAFFLE_GBM_DEVICE=/dev/dri/card0 "$uprime" run -- \
	sh "$tmp/all.sh" "$tmp" $programs oes_egl_image_external_essl3)

for program in $programs; do
	check "$program" passes "$program"
done
for subtest in $external; do
	check "oes_egl_image_external_essl3_$subtest" says \
		"essl3_$subtest\" : \"pass\"" \
		"$tmp/oes_egl_image_external_essl3.log"
done

check egl_khr_gl_renderbuffer_image-clear-shared-image passes \
	egl_khr_gl_renderbuffer_image-clear-shared-image
for part in 1 2 3; do
	check "egl_ext_client_extensions_$part" passes client_$part
done

done_testing
