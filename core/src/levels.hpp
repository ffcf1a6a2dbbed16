// Which SIMD levels were built, which this machine can run, and their kernels by name.
#pragma once

#include <string>
#include <vector>

#include "enclosure.hpp"
#include "interface.hpp"

namespace openwork {

// From the plainest to the widest that this machine runs.
std::vector<std::string> usable_levels();

// The kernels of a usable level; throws std::invalid_argument for any other name.
const Kernels& kernels_of(const std::string& level, bool wide);

// What encloses at a usable level.
const Enclosures& enclosures_of(const std::string& level);

}  // namespace openwork
