#!/bin/sh
# build_with_pkg_config.sh SOURCE PROGRAM: what a Makefile of a user would do.
set -eu
cflags=$($PKG_CONFIG --cflags troupe)
libs=$($PKG_CONFIG --libs troupe)
libdir=$($PKG_CONFIG --variable=libdir troupe)
set -x
# shellcheck disable=SC2086
exec $CXX -std=c++20 $CXXFLAGS $cflags "$1" -o "$2" $libs "-Wl,-rpath,$libdir"
