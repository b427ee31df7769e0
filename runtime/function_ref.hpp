#pragma once

#include <memory>
#include <type_traits>
#include <utility>

namespace troupe::js {

template <class Signature>
class function_ref;

/// A callable that is called before the full expression ends: refers to it,
/// owns nothing, allocates nothing.
template <class R, class... Args>
class function_ref<R(Args...)> {
public:
  template <class F>
  requires(!std::is_same_v<std::remove_cvref_t<F>,
                           function_ref> && std::is_invocable_r_v<R, F&, Args...>)
    function_ref(F&& callable)
  noexcept // NOLINT: implicit, like std::function's
    : object_(const_cast<void*>(static_cast<const void*>(std::addressof(callable)))),
      call_([](void* object, Args... args) -> R {
        return (*static_cast<std::add_pointer_t<std::remove_reference_t<F>>>(object))(
          std::forward<Args>(args)...);
      }) {
  }

  R operator()(Args... args) const {
    return call_(object_, std::forward<Args>(args)...);
  }

private:
  void* object_;
  R (*call_)(void*, Args...);
};

} // namespace troupe::js
