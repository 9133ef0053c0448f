# What a build was made of, for audit records: generated/build_info.h, written anew by each build and touched only when it differs.
set(LS_BUILD_INFO ${PROJECT_BINARY_DIR}/generated/build_info.h)
string(TOUPPER "${CMAKE_BUILD_TYPE}" LS_BUILD_TYPE_UPPER)
add_custom_target(ls_build_info
  COMMAND ${CMAKE_COMMAND} -DSOURCE=${PROJECT_SOURCE_DIR} -DOUTPUT=${LS_BUILD_INFO}
          "-DFLAGS=${CMAKE_C_FLAGS} ${CMAKE_C_FLAGS_${LS_BUILD_TYPE_UPPER}}" -DTYPE=${CMAKE_BUILD_TYPE}
          "-DCUDA=${CMAKE_CUDA_COMPILER_VERSION}" -P ${PROJECT_SOURCE_DIR}/cmake/write_build_info.cmake
  BYPRODUCTS ${LS_BUILD_INFO}
  VERBATIM)
