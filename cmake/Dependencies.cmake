# The libraries that the host code stands on; tools/setup installs them on Debian.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
pkg_check_modules(HDF5 REQUIRED IMPORTED_TARGET hdf5)
pkg_check_modules(YAML REQUIRED IMPORTED_TARGET yaml-0.1)
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(CRYPTO REQUIRED IMPORTED_TARGET libcrypto)

# Dimension scales and file images are in HDF5's high-level library, for which Debian has no pkg-config file.
find_library(LS_HDF5_HL hdf5_hl HINTS ${HDF5_LIBRARY_DIRS} REQUIRED)

find_path(LS_RANDOM123_INCLUDE Random123/philox.h REQUIRED)

add_library(ls_dependencies INTERFACE)
target_link_libraries(ls_dependencies INTERFACE
  PkgConfig::YAML PkgConfig::JANSSON PkgConfig::XXHASH PkgConfig::CRYPTO ${LS_HDF5_HL} PkgConfig::HDF5 Threads::Threads m)
target_include_directories(ls_dependencies SYSTEM INTERFACE ${LS_RANDOM123_INCLUDE})

# The reader of HDF5 files gives up rights that it does not need where this is there; without, it is bounded and apart all the same.
if(LS_SECCOMP)
  pkg_check_modules(SECCOMP IMPORTED_TARGET libseccomp)
endif()
if(SECCOMP_FOUND)
  target_link_libraries(ls_dependencies INTERFACE PkgConfig::SECCOMP)
  target_compile_definitions(ls_dependencies INTERFACE LS_WITH_SECCOMP=1)
endif()

# Processes that share a run (mpirun) find one another through OpenMPI; by the program alone, the library does without.
set(LS_WITH_MPI OFF)
if(NOT LS_MPI STREQUAL "OFF")
  pkg_check_modules(MPI IMPORTED_TARGET ompi-c)
  if(MPI_FOUND)
    set(LS_WITH_MPI ON)
  elseif(LS_MPI STREQUAL "ON")
    message(FATAL_ERROR "LS_MPI=ON, but OpenMPI (Debian: libopenmpi-dev) was not found")
  endif()
endif()

# The report page carries D3 within itself.
find_file(LS_D3 d3.min.js PATHS /usr/share/nodejs/d3/dist /usr/share/javascript/d3 NO_DEFAULT_PATH
          DOC "D3, as Debian's node-d3 ships it" REQUIRED)

# For tests only: errors of log, exp and the normal quantile are measured against MPFR where it is there.
find_library(LS_MPFR mpfr)
find_library(LS_GMP gmp)
