# What all layers need. Tests, benchmarks and the command find their own.

# V8's API changes with every minor version; others than 13.6 are not proven.
find_package(V8 13.6...<13.7 REQUIRED)
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(libuv 1.44 REQUIRED)
find_package(CAF 0.18.7 REQUIRED COMPONENTS core io)
find_package(fmt 9.1 REQUIRED)
# For SHA-256; libnode is linked with it, and libnode-dev brings its headers.
find_package(OpenSSL 3.0 REQUIRED COMPONENTS Crypto)
# URLs, and package.json for module loaders. libnode is linked with this ada.
find_package(ada 3.1 REQUIRED)
# HTTP messages. libnode is linked with this llhttp.
find_package(llhttp 9.2 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)

# The layers hand V8, libuv and CAF on to each other and to our own tests;
# their headers are not ours to warn about (imported targets are SYSTEM).
message(STATUS "Troupe: V8 ${V8_VERSION} (${V8_LIBRARY}), libuv ${libuv_VERSION}, CAF ${CAF_VERSION}, fmt ${fmt_VERSION}")
