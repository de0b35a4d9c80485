#!/bin/sh
# trim.sh FOLDER: takes what no server runs out of the Python packages below FOLDER, and compiles
# the rest once, valid for ever: the image's root is read-only and its times mean nothing.
set -eu
folder=$1
# Tests, headers, sources of extensions, stubs.
find "$folder" -type d \( -name tests -o -name include -o -name __pycache__ \) \
  -path '*/site-packages/*' -prune -exec rm -rf {} +
find "$folder" -path '*/site-packages/*' -type f \( -name '*.pyi' -o -name '*.pyx' \
  -o -name '*.pxd' -o -name '*.pxi' -o -name '*.c' -o -name '*.h' -o -name '*.a' \) -delete
# ONNX Runtime: tools to change models, and a second copy of the library for programs in C++; the
# Python module holds the runtime in itself.
for unused in onnxruntime/transformers onnxruntime/quantization onnxruntime/tools \
  onnxruntime/capi/libonnxruntime.so; do
  find "$folder" -path "*/site-packages/$unused*" -prune -exec rm -rf {} +
done
python3 -m compileall -q -j 0 --invalidation-mode unchecked-hash "$folder"
