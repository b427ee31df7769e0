#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace troupe::cli::test {

/// How a process ended and what it wrote.
struct finished {
  int status = -1; ///< Exit status; minus the signal when one ended it.
  std::string out;
  std::string err; ///< Empty when both streams are one.
};

enum class streams { apart, together };

/// Standard input is a pipe, for `write_input`.
struct piped_input {};

/// The command `troupe` at work. A command that does not end within 100 seconds
/// is killed, which is a status that no test expects.
class command {
public:
  explicit command(std::vector<std::string> arguments, std::string_view input = {},
                   streams how = streams::apart);
  command(std::vector<std::string> arguments, piped_input);
  ~command();

  command(const command&) = delete;
  command& operator=(const command&) = delete;

  /// Waits until standard output holds `text`. @returns whether it did.
  bool wait_for(std::string_view text);

  void write_input(std::string_view text);
  void close_input();

  /// Reads no more of standard output.
  void close_output();

  void signal(int number);

  finished wait();

  /// Waits for its end, and reads what it has written only then.
  finished wait_unread();

private:
  void start(std::vector<std::string> arguments, int in, streams how);

  /// Reads what there is. @returns false when both streams have ended.
  bool read_some();

  pid_t process_ = -1;
  int in_ = -1;
  int out_ = -1;
  int err_ = -1;
  finished seen_;
};

/// Runs the command to its end.
finished troupe_command(std::vector<std::string> arguments, std::string_view input = {},
                        streams how = streams::apart);

/// A file that goes away with this object.
class temporary_file {
public:
  explicit temporary_file(std::string_view content, std::string_view suffix = ".js");
  ~temporary_file();

  temporary_file(const temporary_file&) = delete;
  temporary_file& operator=(const temporary_file&) = delete;

  [[nodiscard]] const std::string& path() const noexcept {
    return path_;
  }

private:
  std::string path_;
};

} // namespace troupe::cli::test
