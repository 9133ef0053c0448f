# embed_file(TARGET FILE SYMBOL): the bytes of FILE become part of TARGET as
#   extern const char SYMBOL[];        with a NUL after the last byte
#   extern const size_t SYMBOL_size;   without that NUL
# The assembler reads the file itself, which is faster than compiling an array of numbers.
function(embed_file target file symbol)
  set(EMBEDDED_FILE ${file})
  set(EMBEDDED_SYMBOL ${symbol})
  set(source ${PROJECT_BINARY_DIR}/embedded/${symbol}.c)
  configure_file(${PROJECT_SOURCE_DIR}/cmake/embedded.c.in ${source} @ONLY)
  set_source_files_properties(${source} PROPERTIES OBJECT_DEPENDS ${file})
  target_sources(${target} PRIVATE ${source})
endfunction()
