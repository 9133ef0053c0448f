# Program with manual and completions, library, header, pkg-config file and CMake package.
include(CMakePackageConfigHelpers)
set(LS_PACKAGE_FOLDER ${CMAKE_INSTALL_LIBDIR}/cmake/loopstress)

if(TARGET loopstress_program)
  install(TARGETS loopstress_program RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  if(LS_PAGES)
    install(DIRECTORY ${LS_PAGES}/man/ DESTINATION ${CMAKE_INSTALL_MANDIR})
    install(DIRECTORY ${LS_PAGES}/bash-completion ${LS_PAGES}/zsh ${LS_PAGES}/fish DESTINATION ${CMAKE_INSTALL_DATADIR})
  endif()
endif()
install(TARGETS loopstress EXPORT loopstressTargets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} PUBLIC_HEADER DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT loopstressTargets NAMESPACE loopstress:: DESTINATION ${LS_PACKAGE_FOLDER})

write_basic_package_version_file(${PROJECT_BINARY_DIR}/loopstressConfigVersion.cmake COMPATIBILITY SameMinorVersion)
file(WRITE ${PROJECT_BINARY_DIR}/loopstressConfig.cmake
  "include(\"\${CMAKE_CURRENT_LIST_DIR}/loopstressTargets.cmake\")\n")
install(FILES ${PROJECT_BINARY_DIR}/loopstressConfig.cmake ${PROJECT_BINARY_DIR}/loopstressConfigVersion.cmake
  DESTINATION ${LS_PACKAGE_FOLDER})

# Relative, so that an installed tree can be moved.
file(RELATIVE_PATH LS_PREFIX_FROM_PKGCONFIG /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(${PROJECT_SOURCE_DIR}/cmake/loopstress.pc.in ${PROJECT_BINARY_DIR}/loopstress.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/loopstress.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
