process.stderr.write("Failed: libcudnn.so.9: cannot open shared object file: No such file or directory\n");
process.send?.({ available: false, version: "1.0.0", reason: "Failed to load shared library" });
process.disconnect();
