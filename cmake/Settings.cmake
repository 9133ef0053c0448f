# Compiler flags that hold for every C file, and the comforts of a build folder.
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Release or Debug" FORCE)
endif()
# Checks stay in release builds, and every build can be looked at with a debugger.
set(CMAKE_C_FLAGS_RELEASE "-O2 -g")
set(CMAKE_C_FLAGS_DEBUG "-O1 -g")

set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_C_VISIBILITY_PRESET hidden)

add_library(ls_flags INTERFACE)
# Lanes are vectors; no function that takes one is called across files, so how a vector is passed does not matter (-Wpsabi).
target_compile_options(ls_flags INTERFACE
  $<$<COMPILE_LANGUAGE:C>:-Wall;-Wextra;-Wconversion;-Wshadow;-Wstrict-prototypes;-Wmissing-prototypes;-Wvla>
  $<$<COMPILE_LANGUAGE:C>:-ffp-contract=off;-fno-math-errno;-Wno-psabi>)
if(LS_WERROR)
  target_compile_options(ls_flags INTERFACE $<$<COMPILE_LANGUAGE:C>:-Werror>)
endif()

if(LS_SANITIZE)
  add_compile_options($<$<COMPILE_LANGUAGE:C>:-fsanitize=${LS_SANITIZE}>
                      $<$<COMPILE_LANGUAGE:C>:-fno-sanitize-recover=all>
                      $<$<COMPILE_LANGUAGE:C>:-fno-omit-frame-pointer>)
  add_link_options(-fsanitize=${LS_SANITIZE})
endif()

# The engine's arithmetic, inlined and optimised, takes many minutes to compile: only what is to be fast needs it.
set(LS_FAST ON)
if(LS_SANITIZE OR CMAKE_BUILD_TYPE STREQUAL "Debug")
  set(LS_FAST OFF)
  add_compile_definitions(LS_OUT_OF_LINE)
endif()

if(LS_FUZZ)
  add_compile_options($<$<COMPILE_LANGUAGE:C>:-fsanitize=fuzzer-no-link>)
endif()

find_program(LS_CCACHE ccache)
if(LS_CCACHE AND NOT CMAKE_C_COMPILER_LAUNCHER)
  set(CMAKE_C_COMPILER_LAUNCHER ${LS_CCACHE})
endif()
