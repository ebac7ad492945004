# The libraries odmr stands on; docs/decisions says why each was chosen.
find_package(Boost 1.81 REQUIRED CONFIG COMPONENTS program_options)
find_package(OpenSSL 3 REQUIRED)
find_package(Threads REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(GSASL REQUIRED IMPORTED_TARGET libgsasl)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)

# Debian's SOCI package ships no CMake configuration.
find_path(SOCI_INCLUDE_DIR soci/soci.h REQUIRED)
find_library(SOCI_CORE_LIBRARY soci_core REQUIRED)
find_library(SOCI_SQLITE3_LIBRARY soci_sqlite3 REQUIRED)
add_library(odmr_soci INTERFACE)
target_include_directories(odmr_soci SYSTEM INTERFACE ${SOCI_INCLUDE_DIR})
target_link_libraries(odmr_soci INTERFACE ${SOCI_SQLITE3_LIBRARY} ${SOCI_CORE_LIBRARY} PkgConfig::SQLITE)

# libmilter's header can only be reached as <libmilter/mfapi.h>; not every distribution has its milter.pc.
find_path(MILTER_INCLUDE_DIR libmilter/mfapi.h REQUIRED)
find_library(MILTER_LIBRARY milter REQUIRED)
add_library(odmr_libmilter INTERFACE)
target_include_directories(odmr_libmilter SYSTEM INTERFACE ${MILTER_INCLUDE_DIR})
target_link_libraries(odmr_libmilter INTERFACE ${MILTER_LIBRARY})
