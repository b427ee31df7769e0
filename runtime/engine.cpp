#include "runtime/engine.hpp"

#include <dlfcn.h>
#include <elf.h>
#include <fmt/format.h>
#include <link.h>
#include <sys/random.h>
#include <v8-initialization.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <span>

namespace troupe::js {

namespace {

// Without the first flag, TurboFan's unrolled loops do not poll for a
// termination and run for ever; the next three make loops that only call slow
// built-ins poll within a fraction of a second instead of twenty
// (docs/architecture.md, Termination). Both have a test. Then scripts get
// `import source`, and "use asm" is JavaScript like any other: WebAssembly that V8 makes
// of it would pass by `wasm_gate`.
constexpr std::array default_flags{
  "--no-turboshaft-loop-unrolling",      "--invocation-count-for-maglev=20",
  "--invocation-count-for-maglev-osr=5", "--minimum-invocations-after-ic-update=10",
  "--js-source-phase-imports",           "--no-validate-asm",
};

/// One of the files that the process consists of.
struct loaded_file {
  std::uintptr_t address; ///< Of something in it.
  std::string build_id{};
};

/// The build id among the notes of a segment; else empty.
std::string find_build_id(std::span<const char> notes) {
  auto padded = [](std::size_t size) { return (size + 3) & ~std::size_t{3}; };
  ElfW(Nhdr) note;
  while (notes.size() >= sizeof note) {
    std::memcpy(&note, notes.data(), sizeof note);
    notes = notes.subspan(sizeof note);
    auto name = padded(note.n_namesz);
    auto size = padded(note.n_descsz);
    if (notes.size() < name || notes.size() - name < size)
      break;
    if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == sizeof "GNU"
        && std::memcmp(notes.data(), "GNU", sizeof "GNU") == 0) {
      std::string hex;
      for (auto byte : std::as_bytes(notes.subspan(name, note.n_descsz)))
        fmt::format_to(std::back_inserter(hex), "{:02x}", std::to_integer<unsigned>(byte));
      return hex;
    }
    notes = notes.subspan(name + size);
  }
  return {};
}

/// For dl_iterate_phdr: is it this file?
int look_at(dl_phdr_info* file, std::size_t, void* data) {
  auto& wanted = *static_cast<loaded_file*>(data);
  std::span segments{file->dlpi_phdr, file->dlpi_phnum};
  bool found = false;
  for (const auto& segment : segments)
    found = found
            || (segment.p_type == PT_LOAD
                && wanted.address - (file->dlpi_addr + segment.p_vaddr) < segment.p_memsz);
  if (!found)
    return 0;
  for (const auto& segment : segments)
    if (segment.p_type == PT_NOTE && wanted.build_id.empty())
      wanted.build_id = find_build_id(
        {reinterpret_cast<const char*>(file->dlpi_addr + segment.p_vaddr), segment.p_memsz});
  return 1;
}

/// Where V8 gets its seeds. By itself it opens /dev/urandom twice for each context, reads 4 KiB
/// both times, and takes the time of day when it may not open files any more.
bool fill_with_entropy(unsigned char* bytes, std::size_t size) {
  while (size > 0) {
    auto got = ::getrandom(bytes, size, 0);
    if (got < 0 && errno != EINTR)
      return false;
    if (got > 0) {
      bytes += got;
      size -= static_cast<std::size_t>(got);
    }
  }
  return true;
}

} // namespace

engine& engine::start(const std::vector<std::string>& flags) {
  static auto* instance = new engine(flags);
  return *instance;
}

std::string_view engine::version() noexcept {
  return v8::V8::GetVersion();
}

const std::string& engine::build_id() {
  static const std::string id = [] {
    loaded_file where{reinterpret_cast<std::uintptr_t>(&v8::V8::GetVersion)};
    dl_iterate_phdr(&look_at, &where);
    if (!where.build_id.empty())
      return where.build_id;
    Dl_info info{};
    if (dladdr(reinterpret_cast<const void*>(where.address), &info) == 0)
      return std::string{"unknown"};
    std::error_code ignored;
    auto size = std::filesystem::file_size(info.dli_fname, ignored);
    auto time = std::filesystem::last_write_time(info.dli_fname, ignored);
    return fmt::format("{} {} {}", info.dli_fname, size, time.time_since_epoch().count());
  }();
  return id;
}

engine::engine(const std::vector<std::string>& flags) : platform_(0) {
  // The array version tells which flags V8 does not know; the string version
  // ignores them silently (v8-initialization.h, SetFlagsFromCommandLine).
  std::vector<std::string> all{"troupe"};
  all.insert(all.end(), default_flags.begin(), default_flags.end());
  all.insert(all.end(), flags.begin(), flags.end());
  std::vector<char*> arguments;
  for (auto& flag : all)
    arguments.push_back(flag.data());
  int count = static_cast<int>(arguments.size());
  v8::V8::SetFlagsFromCommandLine(&count, arguments.data(), true);
  for (int i = 1; i < count; ++i)
    rejected_flags_.emplace_back(arguments[static_cast<std::size_t>(i)]);
  v8::V8::SetEntropySource(&fill_with_entropy);
  v8::V8::InitializePlatform(&platform_);
  v8::V8::Initialize();
}

} // namespace troupe::js
