#pragma once

/// Everything of the library in one header.

#include "troupe/context.hpp"
#include "troupe/error.hpp"
#include "troupe/file_loader.hpp"
#include "troupe/function_loader.hpp"
#include "troupe/future.hpp"
#include "troupe/host_function.hpp"
#include "troupe/import_map_loader.hpp"
#include "troupe/loader_chain.hpp"
#include "troupe/memory_loader.hpp"
#include "troupe/module.hpp"
#include "troupe/module_graph.hpp"
#include "troupe/module_loader.hpp"
#include "troupe/module_source.hpp"
#include "troupe/options.hpp"
#include "troupe/reference.hpp"
#include "troupe/result.hpp"
#include "troupe/runtime.hpp"
#include "troupe/script.hpp"
#include "troupe/value.hpp"
