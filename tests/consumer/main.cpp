#include <troupe/error.hpp>

#include <iostream>

int main() {
  std::cout << "consumer: linked with an installed Troupe\n";
}
