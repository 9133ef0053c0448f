"""The version of the package, which is that of the library that it calls."""
VERSION = "0.1.0"
